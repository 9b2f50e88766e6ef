-- A join key of a relay may be for every network: then `network` is NULL.
CREATE TABLE join_key_of_2 (
  id          TEXT    NOT NULL PRIMARY KEY,
  network     TEXT    REFERENCES network (id),
  kind        TEXT    NOT NULL CHECK (kind IN ('node', 'relay')),
  secret_hash BLOB    NOT NULL,
  uses        INTEGER NOT NULL DEFAULT 0,
  max_uses    INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  revoked_at  INTEGER NOT NULL DEFAULT 0,
  CHECK (network IS NOT NULL OR kind = 'relay')
) STRICT, WITHOUT ROWID;

INSERT INTO join_key_of_2
  SELECT id, network, kind, secret_hash, uses, max_uses, created_at, expires_at, revoked_at
  FROM join_key;
DROP TABLE join_key;
ALTER TABLE join_key_of_2 RENAME TO join_key;

-- Relays that joined: they keep their machine key, and serve one network or, with NULL, all.
CREATE TABLE relay_member (
  machine_key TEXT    NOT NULL PRIMARY KEY,
  relay_key   TEXT    NOT NULL UNIQUE,
  network     TEXT    REFERENCES network (id),
  joined_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The one network a relay serves; NULL: all of them.
ALTER TABLE relay ADD COLUMN network TEXT REFERENCES network (id);

UPDATE schema_info SET version = 2;
