import Foundation
import PackagePlugin

/// Lists the architectures for `ModelRegistry`, so that a file in `Models/` is all that a new one takes.
@main struct ListModels: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    guard let module = target.sourceModule else { return [] }
    let models = module.sourceFiles(withSuffix: "swift").map(\.url)
      .filter { $0.pathComponents.contains("Models") }
      .sorted { $0.path < $1.path }
    let script = context.package.directoryURL.appending(path: "Plugins/ListModels/list-models.sh")
    let list = context.pluginWorkDirectoryURL.appending(path: "ModelRegistry+Architectures.swift")
    return [
      .buildCommand(
        displayName: "Listing the architectures", executable: URL(filePath: "/bin/sh"),
        arguments: [script.path, list.path] + models.map(\.path),
        inputFiles: [script] + models, outputFiles: [list])
    ]
  }
}
