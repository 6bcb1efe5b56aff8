package web

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestArrival(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	come := arrival(ctx, os.DirFS(dir))
	select {
	case <-come:
		t.Fatal("told before the files are there")
	case <-time.After(300 * time.Millisecond):
	}
	if err := os.WriteFile(filepath.Join(dir, list), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	select {
	case <-come:
	case <-time.After(time.Minute):
		t.Fatal("the files are there and nobody was told")
	}
	if arrival(ctx, os.DirFS(dir)) != nil {
		t.Error("waits for what is there")
	}
}
