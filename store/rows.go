package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"

	"github.com/skikt/skikt/record"
)

// A transport runs a query and hands its result to sink, in order and in batches of columns like those of result: text, and numbers as 64-bit
// integers or doubles. NULL has the state Missing.
type transport func(ctx context.Context, conn driver.Conn, query string, result []record.Vector, sink func(*record.Batch) error) error

// stream hands over the result of a query. Errors of the engine have lost their text; those of sink are as they were.
func (s *session) stream(ctx context.Context, query string, result []record.Vector, sink func(*record.Batch) error) error {
	return s.conn.Raw(func(conn any) error { return s.db.transport(ctx, conn.(driver.Conn), s.db.tag+query, result, sink) })
}

// read is stream for what reads rows of records: in a plan the query is noted, and not asked.
func (s *session) read(ctx context.Context, query string, result []record.Vector, sink func(*record.Batch) error) error {
	if s.db.dry {
		s.db.asked = append(s.db.asked, query)
		return nil
	}
	return s.stream(ctx, query, result, sink)
}

// byRows is the transport of database/sql drivers, of an engine whose errors refuse takes the text from.
func byRows(refuse func(context.Context, error) error) transport {
	return func(ctx context.Context, conn driver.Conn, query string, result []record.Vector, sink func(*record.Batch) error) error {
		return rowByRow(ctx, conn, query, result, sink, refuse)
	}
}

func rowByRow(ctx context.Context, conn driver.Conn, query string, result []record.Vector, sink func(*record.Batch) error, refuse func(context.Context, error) error) error {
	rows, err := conn.(driver.QueryerContext).QueryContext(ctx, query, nil)
	if err != nil {
		return refuse(ctx, err)
	}
	defer rows.Close()
	values := make([]driver.Value, len(result))
	if n := len(rows.Columns()); n != len(result) {
		return fmt.Errorf("%w: %d columns came, %d were awaited", ErrRefused, n, len(result))
	}
	b := newBatch(result)
	for {
		err := rows.Next(values)
		if err == io.EOF { // itself: a driver whose connection is cut may wrap one, and then it is not the end
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return refuse(ctx, err)
		}
		for i, v := range values {
			c := &b.Columns[i]
			state, ok := record.Present, true
			if v == nil {
				state = record.Missing
			}
			switch c.Type {
			case record.Text:
				var text string
				text, ok = v.(string)
				c.Text = append(c.Text, text)
			case record.Float:
				var number float64
				number, ok = v.(float64)
				c.Float = append(c.Float, number)
			default:
				var number int64
				number, ok = v.(int64)
				c.Int = append(c.Int, number)
			}
			if !ok && v != nil {
				return fmt.Errorf("%w: column %d came as %T", ErrRefused, i+1, v)
			}
			c.State = append(c.State, state)
		}
		if b.N++; b.N == batchRows {
			if err := sink(b); err != nil {
				return err
			}
			b = newBatch(result)
		}
	}
	if b.N == 0 {
		return nil
	}
	return sink(b)
}

func newBatch(result []record.Vector) *record.Batch {
	b := &record.Batch{Columns: make([]record.Vector, len(result))}
	for i, c := range result {
		b.Columns[i] = record.Vector{Name: c.Name, Type: c.Type}
	}
	return b
}
