// Package durationpb stands in for the library's; see package proto.
package durationpb

import (
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// A Duration is never made.
type Duration struct{}

// ProtoReflect is nil.
func (*Duration) ProtoReflect() protoreflect.Message { return nil }

// AsDuration is 0.
func (*Duration) AsDuration() time.Duration { return 0 }
