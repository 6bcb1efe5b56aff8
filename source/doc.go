// Package source fetches others' statistics and geodata into a snapshot: a folder in which every answer is kept as it came, and a lock (skikt.lock) that says
// what each was asked by, and its size, checksum, stamp and licence. All that is computed is computed from snapshots; nothing else here touches the network.
//
// A [Plan] knows what to ask of a publisher, one question after the other; a [Fetcher] asks, politely; a [Folder] is the snapshot's folder, for one program at a time; a [Visit] keeps the answers of one source, so that an
// interrupted visit goes on where it was; and when the plan has all, the snapshot takes it in with one renaming. So nothing half-fetched is ever used. [Open]
// compares every file with its checksum.
//
// The time of fetching stands in the lock and nowhere else: what is computed from a snapshot is the same whenever it was fetched.
package source
