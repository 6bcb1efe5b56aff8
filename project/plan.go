package project

// A Plan is what a build would do.
type Plan struct{}
