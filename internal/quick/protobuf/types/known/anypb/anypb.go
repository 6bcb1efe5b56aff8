// Package anypb stands in for the library's; see package proto.
package anypb

import "google.golang.org/protobuf/reflect/protoreflect"

// An Any is never made.
type Any struct{}

// ProtoReflect is nil.
func (*Any) ProtoReflect() protoreflect.Message { return nil }

// GetTypeUrl is empty.
func (*Any) GetTypeUrl() string { return "" }

// UnmarshalNew gives nothing.
func (*Any) UnmarshalNew() (protoreflect.ProtoMessage, error) { return nil, nil }
