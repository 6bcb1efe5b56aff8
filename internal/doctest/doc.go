// Package doctest keeps the documentation true: its commands are run, its table is compared with what comes out, its links and the glossary's
// identifiers must exist, and the two README say the same commands. It has no code but tests.
package doctest
