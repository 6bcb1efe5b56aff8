package source

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ReadRegisterList reads the register's list of units, and the day it is of.
func ReadRegisterList(b []byte) (units []SchoolUnit, extracted string, err error) {
	var top struct {
		Meta struct{ ExtractDate string }
		Data *struct {
			Attributes []struct{ SchoolUnitCode, Name, Status string }
		}
	}
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &top); err != nil {
		return nil, "", fmt.Errorf("source: it is no list of the school-unit register: %w", err)
	}
	if top.Data == nil || top.Data.Attributes == nil {
		return nil, "", errors.New("source: it is no list of the school-unit register, or the register has another form than it had")
	}
	for i, a := range top.Data.Attributes {
		if !isUnit(a.SchoolUnitCode) {
			return nil, "", fmt.Errorf("source: unit %d of the register has the code %q, not eight digits", i+1, a.SchoolUnitCode)
		}
		units = append(units, SchoolUnit{Code: a.SchoolUnitCode, Name: strings.TrimSpace(a.Name), Status: a.Status})
	}
	return units, top.Meta.ExtractDate, nil
}

// ReadRegisterUnit reads what the register tells of one unit. It is where its visiting address is; of another address the place is not taken. Names of persons are not read.
func ReadRegisterUnit(b []byte) (SchoolUnit, error) {
	var top struct {
		Data *struct {
			SchoolUnitCode string
			Attributes     struct {
				DisplayName, Status, SchoolUnitType, MunicipalityCode string
				SchoolTypes                                           []string
				SchoolTypeProperties                                  map[string]struct{ Grades []string }
				Addresses                                             []struct {
					Type           string
					GeoCoordinates *struct{ CoordinateSweRefN, CoordinateSweRefE, Latitude, Longitude *string }
				}
			}
		}
		Included struct {
			OrganizationNumber string
			Attributes         struct{ DisplayName, OrganizerType string }
		}
	}
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &top); err != nil {
		return SchoolUnit{}, fmt.Errorf("source: it is no answer of the school-unit register: %w", err)
	}
	if top.Data == nil || !isUnit(top.Data.SchoolUnitCode) {
		return SchoolUnit{}, errors.New("source: it is no unit of the school-unit register, or the register has another form than it had")
	}
	d := top.Data.Attributes
	u := SchoolUnit{Code: top.Data.SchoolUnitCode, Name: strings.TrimSpace(d.DisplayName), Kommun: d.MunicipalityCode, Status: d.Status, Types: d.SchoolTypes, Abroad: d.SchoolUnitType == "UTLAND",
		Organizer: top.Included.Attributes.DisplayName, OrganizerType: top.Included.Attributes.OrganizerType, OrganizerCode: top.Included.OrganizationNumber}
	for _, kind := range sorted(d.SchoolTypeProperties) {
		for _, g := range d.SchoolTypeProperties[kind].Grades {
			u.Years = append(u.Years, kind+" "+g)
		}
	}
	for _, a := range d.Addresses {
		if g := a.GeoCoordinates; a.Type == "BESOKSADRESS" && g != nil && !u.Placed {
			u.place(g.CoordinateSweRefE, g.CoordinateSweRefN, g.Latitude, g.Longitude)
		}
	}
	return u, nil
}

func (r *SchoolRegister) host() string { return strings.TrimRight(cmp.Or(r.Host, schoolRegister), "/") }

// Fetch fetches the list, and what the register tells of each unit.
func (r *SchoolRegister) Fetch(ctx context.Context, v *Visit) error {
	v.Title, v.Publisher, v.Licence = "Skolenhetsregistret", "Skolverket", "CC0 1.0"
	b, a, err := v.Get(ctx, r.list())
	if err != nil {
		return err
	}
	units, extracted, err := ReadRegisterList(b)
	if err != nil {
		return v.bad(a, err)
	}
	v.Updated = extracted
	codes := r.Units
	if len(codes) == 0 {
		for _, u := range units {
			codes = append(codes, u.Code)
		}
	}
	v.Total = 1 + int64(len(codes))
	for _, code := range codes {
		b, a, err := v.Get(ctx, Request{Name: "unit-" + code, Address: r.host() + "/v2/school-units/" + code, Form: JSON})
		if err != nil {
			return err
		}
		if u, err := ReadRegisterUnit(b); err != nil || u.Code != code {
			return v.bad(a, cmp.Or(err, errors.New("it is about another unit")))
		}
	}
	return nil
}

func (r *SchoolRegister) list() Request {
	q := url.Values{"status": r.Status}
	if len(r.Status) == 0 {
		q.Set("status", "AKTIV")
	}
	return Request{Name: "units", Address: r.host() + "/v2/school-units?" + q.Encode(), Form: JSON}
}

// Stamp is when the register was extracted.
func (r *SchoolRegister) Stamp(ctx context.Context, f *Fetcher) (string, error) {
	reply, err := f.Ask(ctx, r.list())
	if err != nil {
		return "", err
	}
	_, extracted, err := ReadRegisterList(reply.Body)
	return extracted, err
}

func (r *SchoolRegister) units(snap *Snapshot, k *Kept) ([]SchoolUnit, error) {
	var out []SchoolUnit
	for _, a := range k.Answers {
		if !strings.HasPrefix(a.Name, "unit-") {
			continue
		}
		b, err := snap.Read(a)
		if err != nil {
			return nil, err
		}
		u, err := ReadRegisterUnit(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", snap.Path(a), err)
		}
		out = append(out, u)
	}
	return out, nil
}
