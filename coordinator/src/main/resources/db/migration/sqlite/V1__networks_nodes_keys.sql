-- Ids are lower-case UUIDs, keys base64url, times seconds since 1970 (0: not yet).
-- No private key and no secret is ever in here: keys are 0600 files, of secrets only SHA-256.

CREATE TABLE network (
  id         TEXT    NOT NULL PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE,
  v4         TEXT    NOT NULL,
  v6         TEXT    NOT NULL,
  revision   INTEGER NOT NULL,
  digest     BLOB    NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE change (
  network  TEXT    NOT NULL REFERENCES network (id),
  revision INTEGER NOT NULL,
  text     TEXT    NOT NULL,
  digest   BLOB    NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (network, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE node (
  network     TEXT    NOT NULL REFERENCES network (id),
  id          TEXT    NOT NULL,
  machine_key TEXT    NOT NULL,
  node_key    TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  host        INTEGER NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('active', 'removed')),
  serial      INTEGER NOT NULL,
  body        TEXT    NOT NULL, -- the whole signed record
  issued_at   INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  ended_at    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (network, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX node_key_once ON node (node_key) WHERE state = 'active';
CREATE UNIQUE INDEX node_machine_once ON node (network, machine_key) WHERE state = 'active';
CREATE UNIQUE INDEX node_name_once ON node (network, name) WHERE state = 'active';

-- An address stays after its node, so that nobody else gets it at once.
CREATE TABLE node_address (
  network     TEXT    NOT NULL,
  address     TEXT    NOT NULL,
  host        INTEGER NOT NULL,
  node        TEXT    NOT NULL,
  released_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (network, address),
  FOREIGN KEY (network, node) REFERENCES node (network, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX node_address_host ON node_address (network, host);

CREATE TABLE join_key (
  id          TEXT    NOT NULL PRIMARY KEY,
  network     TEXT    NOT NULL REFERENCES network (id),
  kind        TEXT    NOT NULL CHECK (kind IN ('node', 'relay')),
  secret_hash BLOB    NOT NULL,
  uses        INTEGER NOT NULL DEFAULT 0,
  max_uses    INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  revoked_at  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE machine_stream (
  machine_key TEXT    NOT NULL PRIMARY KEY,
  stream      INTEGER NOT NULL,
  instance    TEXT    NOT NULL,
  lease       INTEGER NOT NULL DEFAULT 0, -- until when the stream counts as alive
  seen_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE relay (
  id          TEXT    NOT NULL PRIMARY KEY,
  relay_key   TEXT    NOT NULL UNIQUE,
  state       TEXT    NOT NULL CHECK (state IN ('active', 'removed')),
  serial      INTEGER NOT NULL,
  description TEXT    NOT NULL,
  body        TEXT    NOT NULL, -- the whole signed record
  issued_at   INTEGER NOT NULL,
  not_after   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE admin_token (
  id          TEXT    NOT NULL PRIMARY KEY,
  secret_hash BLOB    NOT NULL,
  created_at  INTEGER NOT NULL,
  revoked_at  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
  name  TEXT    NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counter (name, value) VALUES ('stream', 0);

-- What a program compares with what it knows before it touches anything else. `oldest_program`:
-- the lowest schema version a program must know to work on this one.
CREATE TABLE schema_info (
  version        INTEGER NOT NULL,
  oldest_program INTEGER NOT NULL
) STRICT;

INSERT INTO schema_info (version, oldest_program) VALUES (1, 1);
