// Package timestamppb stands in for the library's; see package proto.
package timestamppb

import (
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// A Timestamp is never made.
type Timestamp struct{}

// ProtoReflect is nil.
func (*Timestamp) ProtoReflect() protoreflect.Message { return nil }

// AsTime is the zero time.
func (*Timestamp) AsTime() time.Time { return time.Time{} }
