/*
 * wal: SQLite's way to files, but that what is appended to a write-ahead log goes there together.
 *
 * SQLite writes a frame of the log in two pieces, and each frame by itself, which costs the system
 * more than the bytes do. Here they wait for each other, until a commit's last frame is complete,
 * or the log is read, synced or looked at otherwise. So nobody can tell the difference: SQLite
 * shows frames to other connections once it has written all of a commit.
 */
#ifndef SLAD_STORE_WAL_H
#define SLAD_STORE_WAL_H

#define WAL_VFS "slad"

int wal_register(void); /* once, before a store is opened with it; a SQLite result code */

#endif
