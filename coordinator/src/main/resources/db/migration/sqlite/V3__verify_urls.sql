-- URLs by which a foreign relay asks about clients; each is for one network.
CREATE TABLE verify_url (
  id          TEXT    NOT NULL PRIMARY KEY,
  network     TEXT    NOT NULL REFERENCES network (id),
  secret_hash BLOB    NOT NULL UNIQUE,
  created_at  INTEGER NOT NULL,
  revoked_at  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

UPDATE schema_info SET version = 3;
