//go:build !quick

package border

// The tag quick leaves SQLite out, which is a fifth of all the compiling a first build does. Only GeoPackages are read by it.

import _ "modernc.org/sqlite" // the driver "sqlite"
