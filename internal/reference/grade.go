package reference

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tolerance is how far from the expected value an answer may lie: within rel × |want|, or within abs.
type tolerance struct {
	rel, abs  float64
	ofLargest bool // rel is of the largest value of the list
}

func (t tolerance) allows(got, want, largest float64) bool {
	size := math.Abs(want)
	if t.ofLargest {
		size = largest
	}
	return math.Abs(got-want) <= max(t.rel*size, t.abs)
}

var matchTo = regexp.MustCompile(`match to ([0-9.]+(?:e[-+]?[0-9]+)?)`)

var exactly = tolerance{rel: 1e-9, abs: 1e-12}

// grader compares an answer by the rules of the result's grade.
type grader struct {
	byDefault tolerance
	byName    map[string]tolerance // lower-case beginnings of member names
	disputed  map[string]string
}

// grade tells how an answer differs from a result, or nil.
func grade(r Result, a Answer) error {
	g := grader{byDefault: exactly, disputed: a.Disputed}
	switch r.Grade {
	case "iterative":
		var err error
		if g.byDefault, g.byName, err = parseTolerance(r.Tolerance); err != nil {
			return err
		}
	case "rounded4":
		g.byDefault = tolerance{abs: 5.1e-5}
	case "tool_specific":
		// The reason may say how near is near enough.
		if m := matchTo.FindStringSubmatch(r.Why); m != nil {
			v, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				return fmt.Errorf("%q: %w", r.Why, err)
			}
			g.byDefault = tolerance{abs: v}
		}
	case "stochastic":
		return stochastic(r, normal(reflect.ValueOf(a.Value)))
	}
	return g.compare("", "", normal(reflect.ValueOf(a.Value)), r.Value, 0)
}

// parseTolerance reads the words of a tolerance: "rel 1e-5, abs 1e-8", "rel 1e-5 of the largest", "alpha, beta rel 1e-3; logLik abs 1e-6". A tolerance is of the members
// whose names stand before it, else of all; other words are remarks. Without a number it is 1e-5 absolute.
func parseTolerance(text string) (byDefault tolerance, byName map[string]tolerance, err error) {
	byDefault, byName = tolerance{abs: 1e-5}, map[string]tolerance{}
	for part := range strings.SplitSeq(text, ";") {
		var tol tolerance
		var names []string
		found, first := false, true
		put := func() {
			switch {
			case !found:
			case len(names) == 0:
				byDefault = tol
			default:
				for _, n := range names {
					byName[n] = tol
				}
			}
			tol, names, found = tolerance{}, nil, false
		}
		words := strings.FieldsFunc(part, func(c rune) bool { return c == ' ' || c == ',' })
		isSize := func(i int) bool { return i+1 < len(words) && (words[i] == "rel" || words[i] == "abs") }
		for i := 0; i < len(words); i++ {
			switch w := words[i]; {
			case isSize(i):
				v, err := strconv.ParseFloat(words[i+1], 64)
				if err != nil {
					return byDefault, nil, fmt.Errorf("tolerance %q: %q is no number", text, words[i+1])
				}
				if w == "rel" {
					tol.rel = v
				} else {
					tol.abs = v
				}
				found, first = true, false
				i++
			case w == "largest":
				tol.ofLargest = true
			case w == "and":
			case found:
				// Names of the next tolerance, or the beginning of a remark, which nothing follows.
				next := i
				for next < len(words) && !isSize(next) {
					next++
				}
				if next == len(words) {
					if slices.Contains(words[i:], "largest") {
						tol.ofLargest = true
					}
					i = len(words)
					continue
				}
				put()
				names = append(names, strings.ToLower(w))
			case first || len(names) > 0:
				names = append(names, strings.ToLower(w))
			}
		}
		put()
	}
	return byDefault, byName, nil
}

func (g grader) tolerance(name string) tolerance {
	lower := strings.ToLower(name)
	for _, n := range slices.Sorted(maps.Keys(g.byName)) {
		if strings.HasPrefix(lower, n) {
			return g.byName[n]
		}
	}
	if isP(lower) && g.byDefault == exactly {
		return tolerance{rel: 1e-6, abs: 1e-15}
	}
	return g.byDefault
}

func isP(name string) bool {
	return name == "p" || name == "pvalue" || strings.HasPrefix(name, "p_") || strings.HasPrefix(name, "p.") || strings.HasSuffix(name, "_p") || strings.HasSuffix(name, ".p")
}

// compare walks both values. path says where it is, for people; name is the nearest member name. An answer may hold members that the
// other tool does not give.
func (g grader) compare(path, name string, got, want any, largest float64) error {
	if _, disputed := g.disputed[name]; disputed {
		return nil
	}
	differ := func() error {
		where := ""
		if path != "" {
			where = path + ": "
		}
		return fmt.Errorf("%swant %s, got %s", where, short(want), short(got))
	}
	// Tools that know no scalars give lists of one.
	if list, ok := want.([]any); ok && len(list) == 1 {
		if _, ok := got.([]any); !ok {
			want = list[0]
		}
	}
	if undefined(want) || undefined(got) {
		if undefined(want) != undefined(got) {
			return differ()
		}
		return nil
	}
	switch want := want.(type) {
	case float64:
		switch got := got.(type) {
		case int64:
			if float64(got) != want {
				return differ()
			}
			return nil
		case float64:
			if !g.tolerance(name).allows(got, want, largest) {
				return differ()
			}
			return nil
		}
	case string:
		if f, ok := got.(float64); ok && math.IsInf(f, 0) && strings.TrimPrefix(strings.ToLower(want), "+") == map[bool]string{true: "inf", false: "-inf"}[f > 0] {
			return nil
		}
		if got == want {
			return nil
		}
	case bool:
		if got == want {
			return nil
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return differ()
		}
		big := 0.0
		for _, w := range want {
			if f, ok := w.(float64); ok {
				big = max(big, math.Abs(f))
			}
		}
		for i := range want {
			if err := g.compare(fmt.Sprintf("%s[%d]", path, i), name, list[i], want[i], big); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		members, ok := got.(map[string]any)
		if !ok {
			return differ()
		}
		for _, k := range slices.Sorted(maps.Keys(want)) {
			m, ok := members[k]
			if _, disputed := g.disputed[k]; !ok && !disputed {
				return fmt.Errorf("%s.%s: want %s, got nothing", path, k, short(want[k]))
			}
			if err := g.compare(path+"."+k, k, m, want[k], 0); err != nil {
				return err
			}
		}
		return nil
	}
	return differ()
}

// stochastic compares what the answer gives, a number (for the mean) or members, within five of the standard errors that stand beside the
// simulated values: se, else sd, with the member's own prefix (null_mean, null_sd) before the plain one.
func stochastic(r Result, got any) error {
	want, _ := r.Value.(map[string]any)
	if want == nil {
		want = map[string]any{"mean": r.Value}
		for _, k := range []string{"se", "sd"} {
			if v, ok := r.Fields[k]; ok {
				want[k] = v
			}
		}
	}
	members, ok := got.(map[string]any)
	if !ok {
		members = map[string]any{"mean": got}
		if _, ok := want["mean"]; !ok {
			members = map[string]any{"est": got}
		}
	}
	if len(members) == 0 {
		return fmt.Errorf("the answer is empty")
	}
	for _, k := range slices.Sorted(maps.Keys(members)) {
		prefix := strings.TrimSuffix(strings.TrimSuffix(k, "mean"), "est")
		var spread any
		for _, name := range []string{prefix + "se", prefix + "sd", k + "_se", "se", "sd"} {
			if v, ok := want[name]; ok {
				spread = v
				break
			}
		}
		if spread == nil {
			spread = r.Fields["se_limits"]
		}
		g, w, s := asList(members[k]), asList(want[k]), asList(spread)
		if len(w) == 0 || len(g) != len(w) {
			return fmt.Errorf("%s: want %s, got %s", k, short(want[k]), short(members[k]))
		}
		for i := range w {
			gv, okG := number(g[i])
			wv, okW := number(w[i])
			sv, okS := 0.0, false
			if len(s) > 0 {
				sv, okS = number(s[min(i, len(s)-1)])
			}
			if !okG || !okW || !okS || math.Abs(gv-wv) > 5*sv {
				return fmt.Errorf("%s: want %s ± 5 × %s, got %s", k, short(w[i]), short(spread), short(g[i]))
			}
		}
	}
	return nil
}

func asList(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	if v == nil {
		return nil
	}
	return []any{v}
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	}
	return 0, false
}

func undefined(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case float64:
		return math.IsNaN(v)
	case string:
		return v == "NA" || v == "NaN"
	}
	return false
}

// normal takes any answer to the shapes of JSON, whole numbers kept apart from floats.
func normal(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return normal(v.Elem())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return int64(v.Uint())
	case reflect.Float32, reflect.Float64:
		return v.Float()
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = normal(v.Index(i))
		}
		return list
	case reflect.Map:
		members := make(map[string]any, v.Len())
		for _, k := range v.MapKeys() {
			members[fmt.Sprint(k.Interface())] = normal(v.MapIndex(k))
		}
		return members
	}
	panic(fmt.Sprintf("reference: an answer holds a %s", v.Type()))
}

func short(v any) string {
	s := fmt.Sprint(v)
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return s
}
