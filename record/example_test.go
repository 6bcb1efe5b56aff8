package record_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/skikt/skikt/record"
)

// A synthetic table in the manner of Skolverket: titles, semicolons, decimal commas, marks for figures that are not given, notes.
func ExampleRead() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "betyg.csv")
	const text = "Syntetisk statistik\n\nEnhet;Kommun-kod;Meritvärde\n10000001;0180;231,5\n10000002;0180;..\n10000003;0114;mycket\n\nNot om tabellen;;\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	decl := record.Declaration{
		Missing: map[string]string{"..": "hidden"},
		Columns: []record.Column{
			{Name: "unit", Header: "Enhet", Required: true},
			{Name: "kommun", Header: "Kommun-kod", Pattern: `^\d{4}$`},
			{Name: "merit", Header: "Meritvärde", Type: record.Float},
		},
	}
	report, err := record.Read(context.Background(), path, decl, func(b *record.Batch) error {
		for i := range b.N {
			merit := b.Columns[2]
			fmt.Println(b.Line[i], b.Columns[0].Text[i], merit.State[i], merit.Float[i])
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d rows: %d good, %d bad; %d titles and notes\n", report.Rows, report.Good, report.Bad, report.NoteRows)
	for _, p := range report.Problems {
		fmt.Println(p)
	}
	// Output:
	// 4 10000001 present 231.5
	// 5 10000002 hidden 0
	// 3 rows: 2 good, 1 bad; 2 titles and notes
	// betyg.csv:6:3 (merit): The value is not a number. Correct the value, or declare the column as text.
}
