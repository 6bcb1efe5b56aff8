//go:build !quick

package border

// The tag quick leaves SQLite out (decision 13). Only GeoPackages are read by it.

import _ "modernc.org/sqlite" // the driver "sqlite"
