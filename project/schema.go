package project

import _ "embed"

// Schema is the JSON Schema of skikt.yaml, by which editors complete and check it. It is made from the declaration's types and their comments; a test holds that it agrees with
// them, and makes it anew with go test ./project -run TestSchema -update.
//
//go:embed skikt.schema.json
var Schema []byte
