# A man page (mdoc) from what a tool tells with --experimental-dump-help. Arguments: $version, $date,
# $others: the names of the tools to see also.

# Text as roff takes it literally.
def literal: gsub("\\\\"; "\\e") | gsub("-"; "\\-") | gsub("(?m)^(?<mark>[.'])"; "\\&\(.mark)");

def sentence: if test("[.:!?)]$") then . else . + "." end;

# Paragraphs; lines that are indented are examples and keep their form.
def body:
  reduce (split("\n")[]) as $line (
    {open: false, lines: []};
    if ($line | test("^ +[^ ]")) then
      (if .open then . else .lines += [".Bd -literal -offset indent"] | .open = true end)
      | .lines += [$line | ltrimstr("  ") | literal]
    else
      (if .open then .lines += [".Ed"] | .open = false else . end)
      | .lines += [if $line == "" then ".Pp" else $line | literal end]
    end
  )
  | (if .open then .lines += [".Ed"] else . end)
  | .lines | join("\n");

def flag: if .kind == "long" then "Fl -\(.name)" else "Fl \(.name)" end;
def value: if .kind == "option" then " Ar \(.valueName)" else "" end;
def shown: map(select(.shouldDisplay and ((.names // []) | all(.name != "version" and .name != "help"))));

# An argument that must be given, as the synopsis has it.
def required: select(.isOptional | not)
  | if .kind == "positional" then ".Ar \(.valueName)\(if .isRepeating then " ..." else "" end)"
    else ".\(.preferredName | flag) Ar \(.valueName)" end;

def synopsis($name): [
    ".Nm \($name)",
    (if any(.arguments | shown[]; .isOptional and .kind != "positional")
     then ".Op Ar options" else empty end),
    (.arguments | shown[] | required),
    (.arguments | shown[] | select(.kind == "positional" and .isOptional)
      | ".Op Ar \(.valueName)\(if .isRepeating then " ..." else "" end)")
  ] | join("\n");

def options:
  (.arguments | shown) as $arguments
  | if ($arguments | length) == 0 then empty else
      ".Bl -tag -width Ds",
      ($arguments[]
        | (if .kind == "positional" then ".It Ar \(.valueName)"
           else ".It " + ([(.names[] | flag)] | join(" , ")) + value end),
          ((.abstract // "") | sentence | literal),
          (if .discussion then .discussion | body else empty end),
          ((.abstract // "") as $said | (.allValues // [])
            | if length > 0 and any(.[]; . as $value | $said | contains($value) | not)
              then "Values: \(join(", ") | literal)." else empty end),
          (if .defaultValue then "Default: \(.defaultValue | literal)." else empty end)),
      ".El"
    end;

def description:
  ((.abstract // "") | sentence | literal),
  (if .discussion then ".Pp", (.discussion | body) else empty end);

.command as $tool
| ($tool.subcommands // [] | map(select(.shouldDisplay and .commandName != "help"))) as $commands
| ".Dd \($date)",
  ".Dt \($tool.commandName | ascii_upcase) 1",
  ".Os FlashLM \($version)",
  ".Sh NAME",
  ".Nm \($tool.commandName)",
  ".Nd \($tool.abstract | rtrimstr(".") | literal)",
  ".Sh SYNOPSIS",
  (if ($commands | length) == 0 then $tool | synopsis($tool.commandName)
   else $commands[] | synopsis("\($tool.commandName) \(.commandName)") end),
  ".Sh DESCRIPTION",
  ($tool | description),
  (if ($commands | length) == 0 then ".Sh OPTIONS", ($tool | options)
   else ".Sh COMMANDS", ($commands[] | ".Ss \(.commandName)", description, options) end),
  ".Sh EXIT STATUS",
  "0 on success; 1 if a check that was asked for does not hold; 64 for a mistake on the command",
  "line or in a recipe, 65 for damaged input, 66 for missing input, 73 if an output cannot be created,",
  "74 for a failure while reading or writing, 75 if another process is in the way; 128 + n after",
  "signal n.",
  ".Sh SEE ALSO",
  ($others | split(" ") | map(select(. != $tool.commandName)) | sort
    | [.[:-1][] | ".Xr \(.) 1 ,"] + [".Xr \(.[-1]) 1"] | join("\n"))
