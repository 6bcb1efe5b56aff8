package source

import (
	"context"
	"fmt"
)

// A Download is one file at an address, kept as it is.
type Download struct {
	Address string `yaml:"address" json:"address"`
	Form    Form   `yaml:"form" json:"form,omitempty"` // json, csv, px, xml, xlsx, gpkg, zip; anything when empty
}

func (d *Download) check() error {
	switch d.Form {
	case "", JSON, CSV, PX, XML, XLSX, GPKG, ZIP, Other:
		return checkAddress(d.Address)
	}
	return fmt.Errorf("source: %q is no form of a file: write json, csv, px, xml, xlsx, gpkg or zip", d.Form)
}

func (d *Download) request() Request {
	form := d.Form
	if form == "" {
		form = Other
	}
	return Request{Name: "file", Address: d.Address, Form: form}
}

// Fetch fetches the file.
func (d *Download) Fetch(ctx context.Context, v *Visit) error {
	v.Total = 1
	_, a, err := v.Get(ctx, d.request())
	if err == nil {
		v.Updated = a.Updated
	}
	return err
}

// Stamp tells nothing: the file is compared.
func (d *Download) Stamp(context.Context, *Fetcher) (string, error) { return "", nil }
