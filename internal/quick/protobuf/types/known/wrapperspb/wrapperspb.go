// Package wrapperspb stands in for the library's; see package proto.
package wrapperspb

// The library's types, none of which is ever made.
type (
	BoolValue   struct{ value[bool] }
	Int32Value  struct{ value[int32] }
	Int64Value  struct{ value[int64] }
	UInt32Value struct{ value[uint32] }
	UInt64Value struct{ value[uint64] }
	FloatValue  struct{ value[float32] }
	DoubleValue struct{ value[float64] }
	StringValue struct{ value[string] }
	BytesValue  struct{ value[[]byte] }
)

type value[T any] struct{ Value T }

// GetValue is the value.
func (v *value[T]) GetValue() T { return v.Value }
