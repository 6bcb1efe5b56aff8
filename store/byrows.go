//go:build !duckdb_arrow

package store

// ownTransport is how results come to Go in this build.
func ownTransport() transport { return byRows(refusal) }
