// Package protoreflect stands in for the library's; see package proto.
package protoreflect

// The library's names, as far as parquet-go uses them.
type (
	ProtoMessage interface{ ProtoReflect() Message }
	Message      interface {
		Interface() ProtoMessage
		Descriptor() MessageDescriptor
		Has(FieldDescriptor) bool
		Get(FieldDescriptor) Value
		Range(func(FieldDescriptor, Value) bool)
	}
	MessageDescriptor interface{ Fields() FieldDescriptors }
	FieldDescriptors  interface {
		Len() int
		Get(int) FieldDescriptor
		ByName(Name) FieldDescriptor
	}
	FieldDescriptor interface {
		Kind() Kind
		Name() Name
	}
	Name string
	Kind int8
	List interface {
		Len() int
		Get(int) Value
	}
	Map interface {
		Len() int
		Range(func(MapKey, Value) bool)
	}
	MapKey struct{ Value }
	Value  struct{}
)

// MessageKind is the kind of a message.
const MessageKind Kind = 11

// Interface is nil.
func (Value) Interface() any { return nil }

// Message is nil.
func (Value) Message() Message { return nil }

// IsValid is false.
func (Value) IsValid() bool { return false }
