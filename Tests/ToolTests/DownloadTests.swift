import Foundation
import TestSupport
import Testing

/// The pipelines' download, against a server on this machine that breaks off and states hashes.
@Suite(.enabled(if: Tool.isInstalled("python3"), "python3 is not installed"))
struct DownloadTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Serves one file; the first download breaks off in the middle, later ones honour ranges.
  private static let server = """
    import hashlib, http.server, sys
    body = open(sys.argv[1], "rb").read()
    stated = sys.argv[2] if len(sys.argv) > 2 else hashlib.sha256(body).hexdigest()
    broken = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def head(self, start):
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body) - start))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.send_header("X-Linked-Size", str(len(body)))
            self.send_header("X-Linked-Etag", f'"{stated}"')
            self.end_headers()

        def do_HEAD(self):
            self.head(0)

        def do_GET(self):
            start = int(self.headers.get("Range", "bytes=0-")[6:].split("-")[0])
            self.head(start)
            if not broken:
                broken.append(True)
                self.wfile.write(body[: len(body) // 3])
                return
            self.wfile.write(body[start:])

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  private func withServer(_ arguments: [String], _ body: (String) throws -> Void) throws {
    let script = try folder.file("server.py", Self.server)
    let output = Pipe()
    let server = try Tool(absolutePath: "/usr/bin/env").start(
      ["python3", script] + arguments, output: output.fileHandleForWriting)
    defer {
      // Not SIGTERM: threads that run tests have it blocked, and a child inherits that.
      kill(server.processIdentifier, SIGKILL)
      server.waitUntilExit()
    }
    let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    try body("http://127.0.0.1:\(port.trimmingCharacters(in: .newlines))/text")
  }

  private func fetch(_ url: String, _ file: String) throws -> Tool.Outcome {
    let library = Tool(script: "pipelines/lib.sh").path
    return try Tool(absolutePath: "/usr/bin/env").run([
      "bash", "-c", "source \"$1\"; fetch \"$2\" \"$3\"", "test", library, url, file,
    ])
  }

  @Test func aBrokenDownloadIsContinuedAndVerified() throws {
    let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
    let source = try folder.file("source", body)
    let target = folder.file("downloads/text")
    try withServer([source]) { url in
      var outcome = try fetch(url, target)
      // curl may have gone on by itself; if not, the same command does.
      if outcome.status == 75 {
        #expect(outcome.errorText.contains("run the same command again to go on with it"))
        #expect(!FileManager.default.fileExists(atPath: target))
        outcome = try fetch(url, target)
      }
      #expect(outcome.status == 0, "\(outcome.errorText)")
    }
    #expect(try Data(contentsOf: URL(filePath: target)) == Data(body))
  }

  @Test func anAlteredDownloadIsRefused() throws {
    let source = try folder.file("source", [UInt8](repeating: 65, count: 30_000))
    let target = folder.file("text")
    try withServer([source, String(repeating: "0", count: 64)]) { url in
      _ = try fetch(url, target)
      let outcome = try fetch(url, target)
      #expect(outcome.status == 65)
      #expect(outcome.errorText.contains("its SHA-256 is not that of"))
      #expect(!FileManager.default.fileExists(atPath: target))
    }
  }
}
