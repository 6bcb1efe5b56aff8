package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// A PartError says that something of a report could not be made, and whether the file was written without it.
type PartError struct {
	Written bool
	Err     error
}

func (e *PartError) Error() string { return e.Err.Error() }
func (e *PartError) Unwrap() error { return e.Err }

// WriteFile writes the report in the format that the name ends with: html, pdf, docx or xlsx. The file is there whole or not at all. Browser is Chromium, which pdf and the pictures of docx
// need; the one on the path when empty. A [*PartError] says what is missing when there is none.
func (d *Document) WriteFile(ctx context.Context, name, browser string) error {
	var out bytes.Buffer
	var part error
	var err error
	switch format := strings.TrimPrefix(filepath.Ext(name), "."); format {
	case "html":
		err = d.HTML(&out)
	case "pdf":
		var data []byte
		if data, err = d.PDF(ctx, browser); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return &PartError{false, fmt.Errorf("there is no PDF: %w", err)}
		}
		out.Write(data)
	case "docx":
		var data []byte
		data, err = d.DOCX(ctx, browser)
		var missing *PartError
		if errors.As(err, &missing) {
			part, err = missing, nil
		}
		out.Write(data)
	case "xlsx":
		var data []byte
		data, err = d.XLSX()
		out.Write(data)
	default:
		err = fmt.Errorf("report: there is no format %q; there are html, pdf, docx and xlsx", format)
	}
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".report-*")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	defer os.Remove(temp.Name())
	if _, err := io.Copy(temp, &out); err != nil {
		temp.Close()
		return fmt.Errorf("report: %w", err)
	}
	if err := temp.Close(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.Chmod(temp.Name(), 0o644); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.Rename(temp.Name(), name); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return part
}
