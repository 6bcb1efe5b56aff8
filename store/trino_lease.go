//go:build !quick

package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/trinodb/trino-go-client/trino"

	"github.com/skikt/skikt/record"
)

// A lease shows others that a run with small tables is alive: a transaction that reads nothing, which the run keeps from being idle. Trino ends one that has been idle for
// transaction.idle-timeout (five minutes unless set), so that of a program that has been killed is soon gone, and system.runtime.transactions lists those that are open. The names of
// the run's small tables say which its transaction is, so that later runs can tell that they are nobody's. No clock of any client is trusted, and nothing is written for it.
type lease struct {
	mark string // of the coordinator and the transaction, in names of tables
	pool *sql.DB
	tx   *sql.Tx
	rest context.CancelFunc // ends the beat
	over chan struct{}      // closed when it has ended
	stop context.CancelFunc // ends the transaction, if it is still there
	lost atomic.Bool        // the transaction was ended, so that others may drop the small tables
}

// pulse is how often the transaction of a lease is used.
var pulse = 20 * time.Second

// leased are the names of small tables that say which transaction shows that their run is alive.
var leased = regexp.MustCompile(`^skikt_(?:.*_)?([a-z2-7]{6})_([a-z2-7]{10})_[0-9]+$`)

// short is a text in few letters, such as names may have.
func short(s string, n int) string {
	sum := sha256.Sum256([]byte(s))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:n]
}

// here is what the coordinator is called in names of tables. Two coordinators may have the same catalog, and don't see each other's transactions.
const here = "SELECT MIN(node_id || ' ' || http_uri) FROM system.runtime.nodes WHERE coordinator"

// A startedAs hears which transaction has been started.
type startedAs struct {
	http.RoundTripper
	id atomic.Value
}

func (s *startedAs) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := s.RoundTripper.RoundTrip(r)
	if err == nil {
		if id := response.Header.Get("X-Trino-Started-Transaction-Id"); id != "" {
			s.id.Store(id)
		}
	}
	return response, err
}

// lease sees to it that the run has a lease, if it can have one, and that the names of its small tables say so.
func (e *trinoEngine) lease(ctx context.Context) error {
	e.mu.Lock()
	held, told := e.held, e.told
	e.mu.Unlock()
	if told {
		if held != nil && held.lost.Load() {
			return ErrLost
		}
		return nil
	}
	held, err := e.hold(ctx)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.held, e.told = held, true; held != nil {
		e.run += held.mark
	} else {
		e.run += strings.ToLower(rand.Text()[:8])
	}
	return nil
}

// hold begins the lease of a run; nil when the account may not look at what shows it to others.
func (e *trinoEngine) hold(ctx context.Context) (*lease, error) {
	config := *e.config
	started := &startedAs{RoundTripper: config.HTTPClient.Transport}
	config.HTTPClient = &http.Client{Transport: started}
	connector, err := trino.NewConnector(&config)
	if err != nil {
		return nil, refused(ctx, e, err)
	}
	l := &lease{pool: sql.OpenDB(connector), over: make(chan struct{})}
	held, stop := context.WithCancel(context.Background())
	l.stop = stop
	interrupted := context.AfterFunc(ctx, stop)
	var home string
	if l.tx, err = l.pool.BeginTx(held, &sql.TxOptions{ReadOnly: true}); err == nil {
		err = l.tx.QueryRowContext(held, e.tag+here).Scan(&home)
	}
	id, _ := started.id.Load().(string)
	if !interrupted() || err != nil || id == "" {
		stop()
		l.pool.Close()
		if err == nil && ctx.Err() == nil {
			return nil, nil // it did not say which
		}
		return nil, e.blind(refused(ctx, e, err))
	}
	l.mark = short(home, 6) + "_" + short(id, 10)
	beating, rest := context.WithCancel(held)
	l.rest = rest
	go l.beat(beating, e.tag)
	return l, nil
}

// beat keeps the transaction from being idle. Whether the coordinator could not be reached for a while, or is another one now, is told by what it says next.
func (l *lease) beat(ctx context.Context, tag string) {
	defer close(l.over)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pulse):
		}
		var one int
		var said *trino.ErrTrino
		if err := l.tx.QueryRowContext(ctx, tag+"SELECT 1").Scan(&one); err != nil && ctx.Err() == nil && (errors.As(err, &said) || errors.Is(err, sql.ErrTxDone)) {
			l.lost.Store(true)
			return
		}
	}
}

// end ends the lease, when the small tables have been dropped; a coordinator that is gone is not told.
func (l *lease) end(gone bool) {
	l.rest()
	<-l.over
	if !gone {
		l.tx.Rollback()
	}
	l.stop()
	l.pool.Close()
}

// sweep drops the small tables of runs that are dead, as when the program was killed, and tells of it.
func (e *trinoEngine) sweep(ctx context.Context, db *DB, tell func(string)) error {
	column := func(query string) (out []string, err error) {
		err = db.snapshot(ctx, func(s *session) error {
			return s.stream(ctx, query, []record.Vector{{Type: record.Text}}, func(b *record.Batch) error {
				out = append(out, b.Columns[0].Text...)
				return nil
			})
		})
		return out, err
	}
	// First the tables, then the transactions: a run's is open before its first table is made.
	tables, err := column("SELECT table_name FROM " + e.ident(e.catalog) + ".information_schema.tables WHERE table_schema = " + e.text(e.schema) + ` AND table_name LIKE 'skikt\_%' ESCAPE '\' ORDER BY 1`)
	tables = slices.DeleteFunc(tables, func(name string) bool { return !leased.MatchString(name) })
	if err != nil || len(tables) == 0 {
		return err
	}
	at, err := column(here)
	if err != nil {
		return e.blind(err)
	}
	open, err := column("SELECT transaction_id FROM system.runtime.transactions")
	if err != nil {
		return e.blind(err)
	}
	var dropped, left, elsewhere []string
	for _, name := range tables {
		mark := leased.FindStringSubmatch(name)
		switch {
		case !slices.ContainsFunc(at, func(home string) bool { return short(home, 6) == mark[1] }):
			elsewhere = append(elsewhere, name)
		case slices.ContainsFunc(open, func(id string) bool { return short(id, 10) == mark[2] }):
		default:
			err := db.transact(ctx, true, func(s *session) error { return s.exec(ctx, "DROP TABLE IF EXISTS "+e.place(name)) })
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				left = append(left, name)
			default:
				dropped = append(dropped, name)
			}
		}
	}
	for _, told := range []struct {
		names []string
		text  string
	}{
		{dropped, "dropped in %s.%s, left there by runs that were killed: %s"},
		{left, "small tables in %s.%s that were left by runs that were killed, and could not be dropped: %s"},
		{elsewhere, "small tables in %s.%s of runs through another coordinator, or through this one before its address changed; drop them if no such run is going on: %s"},
	} {
		if tell != nil && len(told.names) > 0 {
			tell(fmt.Sprintf("trino: "+told.text, e.catalog, e.schema, strings.Join(told.names, ", ")))
		}
	}
	return nil
}

// blind is no error when the account just may not look.
func (e *trinoEngine) blind(err error) error {
	if errors.Is(err, ErrRight) || errors.Is(err, ErrRefused) {
		return nil
	}
	return err
}

// place is a small table as it is named in SQL.
func (e *trinoEngine) place(name string) string {
	return e.ident(e.catalog) + "." + e.ident(e.schema) + "." + e.ident(name)
}
