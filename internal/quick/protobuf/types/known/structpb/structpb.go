// Package structpb stands in for the library's; see package proto.
package structpb

import "google.golang.org/protobuf/reflect/protoreflect"

// The library's types, none of which is ever made.
type (
	Struct    struct{ Fields map[string]*Value }
	ListValue struct{ Values []*Value }
	Value     struct{ Kind any }

	Value_NullValue   struct{}
	Value_BoolValue   struct{ BoolValue bool }
	Value_NumberValue struct{ NumberValue float64 }
	Value_StringValue struct{ StringValue string }
	Value_StructValue struct{ StructValue *Struct }
	Value_ListValue   struct{ ListValue *ListValue }
)

// ProtoReflect is nil.
func (*Struct) ProtoReflect() protoreflect.Message { return nil }

// ProtoReflect is nil.
func (*ListValue) ProtoReflect() protoreflect.Message { return nil }

// ProtoReflect is nil.
func (*Value) ProtoReflect() protoreflect.Message { return nil }

// GetFields are the fields.
func (s *Struct) GetFields() map[string]*Value { return s.Fields }

// GetValues are the values.
func (l *ListValue) GetValues() []*Value { return l.Values }

// GetKind is the kind.
func (v *Value) GetKind() any { return v.Kind }
