// Package proto stands in for the library of that name in the demo's program (decision 13), as do the packages beside it: parquet-go names their types, and we give it no message ever.
package proto

import (
	"errors"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// A Message is none that can be made.
type Message = protoreflect.ProtoMessage

// Size is 0.
func Size(Message) int { return 0 }

// Marshal refuses.
func Marshal(Message) ([]byte, error) {
	return nil, errors.New("this program was built without protobuf; build the whole one with make build")
}
