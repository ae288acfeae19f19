# The man page flashlm-recipe(5) (mdoc) from the schema that fl-train --schema prints. Arguments:
# $version, $date.

# Text as roff takes it literally.
def literal: gsub("\\\\"; "\\e") | gsub("-"; "\\-") | gsub("(?m)^(?<mark>[.'])"; "\\&\(.mark)");

def form:
  if .enum then (.enum | map(strings) | join(", "))
  elif (.type | tostring | contains("array")) then "list of \(.items | form)s"
  else
    (.type | if type == "array" then .[0] else . end)
    + (if has("minimum") then " from \(.minimum)"
       elif has("exclusiveMinimum") then " above \(.exclusiveMinimum)" else "" end)
    + (if has("maximum") then " to \(.maximum)"
       elif has("exclusiveMaximum") then " below \(.exclusiveMaximum)" else "" end)
  end;

def members($section):
  to_entries[]
  | select(.value | has("$ref") or (.type == "object") | not)
  | ".It Cm \($section)\(.key)", ("(\(.value | form)) \(.value.description // "")" | literal);

. as $schema
| ".Dd \($date)",
  ".Dt FLASHLM-RECIPE 5",
  ".Os FlashLM \($version)",
  ".Sh NAME",
  ".Nm flashlm-recipe",
  ".Nd what a training run of FlashLM depends on besides its data",
  ".Sh DESCRIPTION",
  "A recipe is a JSON object that",
  ".Xr fl-train 1",
  "reads.",
  "Members that nothing reads are refused.",
  "Null takes a member back.",
  ".Pp",
  "Members below",
  ".Cm variants.NAME",
  "hold for that variant alone and replace those of the recipe;",
  ".Fl -set Ar path=value",
  "replaces single members after that, by their names with dots between them.",
  "A member",
  ".Cm $schema",
  "names the JSON schema of recipes for editors and is not read.",
  ".Sh MEMBERS",
  ".Bl -tag -width Ds",
  ($schema.properties | del(."$schema") | members("")),
  ".El",
  ($schema.properties | to_entries[] | select(.value | has("$ref")) | .key as $section
    | $schema."$defs"[$section]
    | ".Ss \($section)", (.description | literal), ".Bl -tag -width Ds",
      (.properties | members("\($section).")), ".El"),
  ".Sh EXAMPLES",
  ".Dl fl-train --members --recipe v5.2.json",
  ".Pp",
  "prints the members that the recipe's version reads.",
  ".Sh SEE ALSO",
  ".Xr fl-train 1"
