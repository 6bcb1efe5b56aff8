package protect

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"strconv"
	"strings"
)

// A CellKey declares perturbation by the cell key method. Every record has a random key that it keeps in every table; the cell key is the sum of the
// keys of the records in a cell, modulo 2^Bits; cell key and true count together choose the change. So the same persons give the same answer in
// whatever table, question or year they are asked for, and asking again tells nothing more. Totals are perturbed on their own: parts need not add up
// to them. Zero stays zero.
//
// The changes come from a Table of probabilities, in which the cell key over 2^Bits is a fraction of the running sum (the form of the R packages
// cellKey and ptable and of τ-Argus), or from a Lookup table with one change for each key (the form of the Office for National Statistics).
//
// Record keys, cell keys and changes are never released; the declaration may be. The seed of the record keys is no part of it, since declarations go
// into editions.
type CellKey struct {
	// Bits: record keys are whole numbers from 0 to 2^Bits − 1, which any SQL engine sums exactly. 8 to 32; with 20 a float64 sums 8.6 thousand
	// million of them exactly.
	Bits   int               `yaml:"bits" json:"bits"`
	Table  PerturbationTable `yaml:"table" json:"table,omitzero"`
	Lookup *LookupTable      `yaml:"lookup" json:"lookup,omitempty"`
	// Threshold: after noise, results below it are hidden. 0 and 1 hide none.
	Threshold int `yaml:"threshold" json:"threshold,omitempty"`
}

// A LookupTable is a table of changes with 2^Bits entries in each row, one for each cell key.
type LookupTable struct {
	// Rows are for the true counts 1, 2, 3, ...
	Rows [][]int `yaml:"rows" json:"rows"`
	// ReuseFrom is the count from which the rows to the last are used over and over for larger counts: 501 in the table of 750 rows of the Office for
	// National Statistics, so that 751 takes row 501. 0 means that the last row is for all larger counts.
	ReuseFrom int `yaml:"reuse_from" json:"reuse_from,omitempty"`
}

const minBits, maxBits = 8, 32

// Validate tells what is wrong with a declaration.
func (k CellKey) Validate() error {
	var bad []string
	say := func(ok bool, text string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Sprintf(text, args...))
		}
	}
	say(k.Bits >= minBits && k.Bits <= maxBits, "bits must be from %d to %d", minBits, maxBits)
	say(k.Threshold >= 0, "threshold can't be negative")
	declared := k.Table.MaxChange != 0 || k.Table.Variance != 0
	say(declared != (k.Lookup != nil), "declare either table or lookup")
	if declared {
		if err := k.Table.Validate(); err != nil {
			bad = append(bad, strings.TrimPrefix(err.Error(), "protect: "))
		}
	}
	if k.Lookup != nil && k.Bits >= minBits && k.Bits <= maxBits {
		if err := k.Lookup.validate(k.Bits); err != nil {
			bad = append(bad, err.Error())
		}
	}
	if len(bad) > 0 {
		return fmt.Errorf("protect: cell key: %s", strings.Join(bad, "; "))
	}
	return nil
}

// maxLookupChange bounds the changes of a lookup table.
const maxLookupChange = 1000

func (t *LookupTable) validate(bits int) error {
	if len(t.Rows) == 0 {
		return errors.New("lookup has no rows")
	}
	if t.ReuseFrom < 0 || t.ReuseFrom > len(t.Rows) {
		return fmt.Errorf("lookup reuses rows from %d on, but has rows 1 to %d", t.ReuseFrom, len(t.Rows))
	}
	for i, row := range t.Rows {
		if len(row) != 1<<bits {
			return fmt.Errorf("lookup has %d changes for count %d; with %d bits there are %d keys", len(row), i+1, bits, 1<<bits)
		}
		for key, v := range row {
			if v < -(i+1) || v < -maxLookupChange || v > maxLookupChange {
				return fmt.Errorf("lookup changes count %d by %d at key %d; results can't be negative, nor changes larger than %d", i+1, v, key, maxLookupChange)
			}
		}
	}
	return nil
}

// ReadLookup reads a lookup table as the Office for National Statistics writes it: a CSV file with the columns pcv (the row, from 1), ckey (the cell
// key, from 0) and pvalue (the change), in any order of lines. With 750 rows, as theirs, the rows from 501 on are reused for larger counts; with any
// other number, the last one. bits is for [CellKey].
func ReadLookup(r io.Reader) (t *LookupTable, bits int, err error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return nil, 0, fmt.Errorf("protect: lookup table: %w", err)
	}
	column := map[string]int{}
	for i, name := range header {
		column[strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))] = i
	}
	names := []string{"pcv", "ckey", "pvalue"}
	for _, name := range names {
		if _, ok := column[name]; !ok {
			return nil, 0, fmt.Errorf("protect: lookup table: column %s is missing; it needs pcv, ckey and pvalue", name)
		}
	}
	const most = 1 << 22 // entries
	changes := map[[2]int]int{}
	rows, keys := 0, 0
	for {
		record, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, 0, fmt.Errorf("protect: lookup table: %w", err)
		}
		var v [3]int
		for i, name := range names {
			if v[i], err = strconv.Atoi(strings.TrimSpace(record[column[name]])); err != nil {
				line, _ := in.FieldPos(column[name])
				return nil, 0, fmt.Errorf("protect: lookup table: line %d: %s is no whole number", line, name)
			}
		}
		at := [2]int{v[0], v[1]}
		if _, twice := changes[at]; twice || v[0] < 1 || v[1] < 0 || v[0] > most || v[1] > most || len(changes) == most {
			line, _ := in.FieldPos(0)
			return nil, 0, fmt.Errorf("protect: lookup table: line %d: pcv %d, ckey %d stands there twice, is out of range, or there are more than %d lines", line, v[0], v[1], most)
		}
		changes[at] = v[2]
		rows, keys = max(rows, v[0]), max(keys, v[1]+1)
	}
	for bits = minBits; 1<<bits < keys; bits++ {
	}
	if keys != 1<<bits || len(changes) != rows*keys {
		return nil, 0, fmt.Errorf("protect: lookup table: %d lines for %d rows of %d keys; each row needs every key, and their number must be a power of two from %d on",
			len(changes), rows, keys, 1<<minBits)
	}
	t = &LookupTable{Rows: make([][]int, rows)}
	for i := range t.Rows {
		t.Rows[i] = make([]int, keys)
		for key := range keys {
			t.Rows[i][key] = changes[[2]int{i + 1, key}]
		}
	}
	if rows == 750 {
		t.ReuseFrom = 501
	}
	return t, bits, t.validate(bits)
}

// Noise is a declared cell key method made ready for columns of cells.
type Noise struct {
	shift    int      // left shift that drops the bits of a sum of keys above 2^Bits
	rows     int      // 1 to rows; row 0 is not kept
	reuse    int      // larger counts use rows from here to the last
	most     int64    // the largest change either way
	variance float64  // the largest of a row; for a lookup table with keys evenly spread
	upper    []uint64 // by row and change: the fraction of 2^64 below which the change is taken
	change   []int32
	from     []int32 // first entry of a row in upper and change; one more than rows
	guide    []uint8 // by row and the highest eight bits of the key: the first change that can be it
	lookup   bool
}

// Noise compiles the declaration.
func (k CellKey) Noise() (*Noise, error) {
	if err := k.Validate(); err != nil {
		return nil, err
	}
	n := &Noise{shift: 64 - k.Bits, from: []int32{0}}
	if k.Lookup != nil {
		n.lookup, n.rows, n.reuse = true, len(k.Lookup.Rows), len(k.Lookup.Rows)
		if k.Lookup.ReuseFrom > 0 {
			n.reuse = k.Lookup.ReuseFrom
		}
		for _, row := range k.Lookup.Rows {
			squares := 0.0
			for _, v := range row {
				n.add(v)
				squares += float64(v * v)
			}
			n.variance = max(n.variance, squares/float64(len(row)))
			n.from = append(n.from, int32(len(n.change)))
		}
		return n, nil
	}
	rows, err := k.Table.Rows()
	if err != nil {
		return nil, err
	}
	n.rows = len(rows) - 1
	n.reuse = n.rows
	for _, row := range rows[1:] {
		n.variance = max(n.variance, row.Variance())
		start, sum := len(n.upper), 0.0
		for i, v := range row.Changes {
			sum += row.P[i]
			if row.P[i] < 1e-15 {
				continue
			}
			n.add(v)
			n.upper = append(n.upper, fixedPoint(sum))
		}
		n.upper[len(n.upper)-1] = math.MaxUint64
		for high := range uint64(256) {
			k := 0
			for n.upper[start+k] <= high<<56 && start+k < len(n.upper)-1 {
				k++
			}
			n.guide = append(n.guide, uint8(k))
		}
		n.from = append(n.from, int32(len(n.change)))
	}
	return n, nil
}

func (n *Noise) add(change int) {
	n.change = append(n.change, int32(change))
	n.most = max(n.most, int64(change), int64(-change))
}

// fixedPoint is a number of [0, 1] as a fraction of 2^64, rounded to a multiple of 2^−36 so that the last bits of floating point, which machines may
// differ in, don't count.
func fixedPoint(x float64) uint64 {
	if x >= 1-1e-11 {
		return math.MaxUint64
	}
	return uint64(math.Round(math.Ldexp(max(0, x), 36))) << 28
}

// MaxChange is the largest change either way.
func (n *Noise) MaxChange() int64 { return n.most }

// Variance is the largest variance of the change of any count.
func (n *Noise) Variance() float64 { return n.variance }

// row is the row, from 0, for a count from 1 on.
func (n *Noise) row(count int64) int {
	if count > int64(n.rows) {
		count = int64(n.reuse) + (count-int64(n.reuse))%int64(n.rows-n.reuse+1)
	}
	return int(count) - 1
}

// Perturb writes the perturbed counts to out, which may be counts itself. keySums are the sums of the record keys of each cell, whole or already
// modulo 2^Bits: only the lowest Bits of them count. A negative count is an error, and out is then not to be used.
func (n *Noise) Perturb(out, counts []int64, keySums []uint64) error {
	if len(out) != len(counts) || len(keySums) != len(counts) {
		return fmt.Errorf("protect: cell key: %d counts, %d sums of keys, room for %d results; they must be as many", len(counts), len(keySums), len(out))
	}
	for i, count := range counts {
		if count <= 0 {
			if count < 0 {
				return fmt.Errorf("protect: cell key: cell %d has a negative count", i+1)
			}
			out[i] = 0
			continue
		}
		row := int(count) - 1
		if row >= n.rows {
			row = n.row(count)
		}
		key := keySums[i] << n.shift
		if n.lookup {
			out[i] = count + int64(n.change[int(n.from[row])+int(key>>n.shift)])
			continue
		}
		k := int(n.from[row]) + int(n.guide[row<<8|int(key>>56)])
		for key >= n.upper[k] && k < int(n.from[row+1])-1 {
			k++
		}
		out[i] = count + int64(n.change[k])
	}
	return nil
}

// Possible is the range of true counts that can become the result.
func (n *Noise) Possible(result int64) (lo, hi int64) {
	lo, hi = -1, 0
	for count := max(0, result-n.most); count <= result+n.most; count++ {
		can := count == 0 && result == 0
		if count > 0 {
			row := n.row(count)
			for _, v := range n.change[n.from[row]:n.from[row+1]] {
				can = can || count+int64(v) == result
			}
		}
		if can {
			if hi = count; lo < 0 {
				lo = count
			}
		}
	}
	return max(lo, 0), hi
}

// A RecordKeyer gives records their keys: the first bits of HMAC-SHA-256 of the record's identity under a secret seed. The same record has the same
// key in every run, whatever the order; without the seed the keys can't be told from chance.
type RecordKeyer struct {
	mac  hash.Hash
	bits int
	buf  []byte
}

// MinSeed is the least length of a seed, in bytes.
const MinSeed = 16

// NewRecordKeyer starts with a seed of at least [MinSeed] random bytes, which must be kept secret and be kept: with another seed all noise changes, and
// the mean of two editions tells more than either. bits is that of [CellKey].
func NewRecordKeyer(seed []byte, bits int) (*RecordKeyer, error) {
	if len(seed) < MinSeed {
		return nil, fmt.Errorf("protect: the seed of the record keys has %d bytes; it must have at least %d, taken at random", len(seed), MinSeed)
	}
	if bits < minBits || bits > maxBits {
		return nil, fmt.Errorf("protect: record keys of %d bits; there must be from %d to %d", bits, minBits, maxBits)
	}
	return &RecordKeyer{mac: hmac.New(sha256.New, seed), bits: bits}, nil
}

// Key is the key of a record, 0 to 2^Bits − 1. The identity is what names the person (or household, dwelling, ...) in every table, year after year,
// such as the pseudonym of the register. Not for several goroutines at once.
func (k *RecordKeyer) Key(identity string) int64 {
	k.mac.Reset()
	k.buf = append(append(k.buf[:0], "skikt record key\x00"...), identity...)
	k.mac.Write(k.buf)
	k.buf = k.mac.Sum(k.buf[:0])
	return int64(binary.BigEndian.Uint64(k.buf) >> (64 - k.bits))
}

// FractionKeys turns record keys that are fractions in [0, 1), as the R package cellKey makes them, into whole numbers of bits bits for
// [Noise.Perturb]: the sum of the whole numbers modulo 2^bits over 2^bits is the fractional part of the sum of fractions, each cut to bits bits,
// without the rounding that makes sums of fractions depend on their order.
func FractionKeys(fractions []float64, bits int) ([]int64, error) {
	if bits < minBits || bits > maxBits {
		return nil, fmt.Errorf("protect: record keys of %d bits; there must be from %d to %d", bits, minBits, maxBits)
	}
	out := make([]int64, len(fractions))
	for i, f := range fractions {
		if !(f >= 0 && f < 1) {
			return nil, fmt.Errorf("protect: record key %d is not in [0, 1)", i+1)
		}
		out[i] = int64(math.Ldexp(f, bits))
	}
	return out, nil
}
