import type { Migration } from './migration.ts';

/**
 * Everything an edit can name lives here; bulk arrays live in the cache. STRICT tables refuse a value of the wrong type
 * however it came into the file.
 */
export const firstSchema: Migration = {
  id: 1,
  name: 'first-schema',
  up(db) {
    db.exec(`
      -- One row. file_id names this very file: a copy gets its own (see foreign-wal.ts).
      CREATE TABLE project (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        project_id TEXT NOT NULL,
        file_id TEXT NOT NULL,
        created_ms REAL NOT NULL
      ) STRICT;

      -- One row. token is null while nobody writes; every write stamps beat_ms and so proves that it still owns the file.
      -- generation changes with each opening and closing; generation_before names the one before it until the main file
      -- has the new one (see foreign-wal.ts).
      CREATE TABLE owner (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        file_id TEXT NOT NULL,
        generation TEXT NOT NULL DEFAULT '',
        generation_before TEXT,
        token TEXT,
        host_id TEXT NOT NULL DEFAULT '',
        pid INTEGER NOT NULL DEFAULT 0,
        machine TEXT NOT NULL DEFAULT '',
        beat_ms REAL NOT NULL DEFAULT 0
      ) STRICT;

      CREATE TABLE view_state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE media (
        id TEXT PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        mtime_ms REAL NOT NULL,
        hash TEXT NOT NULL,
        probe TEXT NOT NULL,
        choice TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('new', 'queued', 'running', 'ready', 'reviewed', 'failed', 'missing')),
        undecoded_share REAL CHECK (undecoded_share BETWEEN 0 AND 1),
        added_ms REAL NOT NULL
      ) STRICT;

      -- The curated layer of a file; it exists from the start.
      CREATE TABLE layer (
        media_id TEXT PRIMARY KEY REFERENCES media (id) ON DELETE CASCADE,
        revision INTEGER NOT NULL DEFAULT 0
      ) STRICT, WITHOUT ROWID;

      -- Immutable. A removed one keeps this row, so that segments made from it still know what made them.
      CREATE TABLE hypothesis (
        id TEXT PRIMARY KEY,
        media_id TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
        label TEXT NOT NULL,
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'import')),
        created_ms REAL NOT NULL,
        speaker_count INTEGER NOT NULL,
        segment_count INTEGER NOT NULL,
        provenance TEXT,
        warnings TEXT NOT NULL,
        removed_ms REAL
      ) STRICT;
      CREATE INDEX hypothesis_by_media ON hypothesis (media_id, created_ms);

      CREATE TABLE hypothesis_segment (
        hypothesis_id TEXT NOT NULL REFERENCES hypothesis (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        start_sec REAL NOT NULL,
        end_sec REAL NOT NULL,
        speaker TEXT NOT NULL,
        confidence REAL CHECK (confidence BETWEEN 0 AND 1),
        PRIMARY KEY (hypothesis_id, position)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE speaker (
        media_id TEXT NOT NULL REFERENCES layer (media_id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        name TEXT NOT NULL CHECK (name <> ''),
        colour INTEGER NOT NULL CHECK (colour >= 0),
        lane_order REAL NOT NULL,
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'human', 'import')),
        PRIMARY KEY (media_id, id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE segment (
        media_id TEXT NOT NULL REFERENCES layer (media_id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        speaker_id TEXT NOT NULL,
        start_sec REAL NOT NULL CHECK (start_sec >= 0),
        end_sec REAL NOT NULL,
        confidence REAL CHECK (confidence BETWEEN 0 AND 1),
        review TEXT NOT NULL CHECK (review IN ('unreviewed', 'accepted', 'doubtful')),
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'human', 'import')),
        hypothesis_id TEXT,
        PRIMARY KEY (media_id, id),
        CHECK (end_sec > start_sec),
        FOREIGN KEY (media_id, speaker_id) REFERENCES speaker (media_id, id) DEFERRABLE INITIALLY DEFERRED
      ) STRICT, WITHOUT ROWID;
      -- For the foreign key, and for counting doubtful segments without touching the table.
      CREATE INDEX segment_by_speaker ON segment (media_id, speaker_id, review, confidence);

      CREATE TABLE face_track (
        media_id TEXT NOT NULL REFERENCES layer (media_id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        start_sec REAL NOT NULL CHECK (start_sec >= 0),
        end_sec REAL NOT NULL,
        speaker_id TEXT,
        boxes_artifact TEXT,
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'human', 'import')),
        PRIMARY KEY (media_id, id),
        FOREIGN KEY (media_id, speaker_id) REFERENCES speaker (media_id, id) DEFERRABLE INITIALLY DEFERRED
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX face_track_by_speaker ON face_track (media_id, speaker_id);

      CREATE TABLE cut (
        media_id TEXT NOT NULL REFERENCES layer (media_id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        time_sec REAL NOT NULL CHECK (time_sec >= 0),
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'human', 'import')),
        PRIMARY KEY (media_id, id)
      ) STRICT, WITHOUT ROWID;

      -- done: undo takes the latest. undone: redo takes the earliest. dropped: a new edit was made after undoing it.
      CREATE TABLE journal (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        media_id TEXT NOT NULL REFERENCES layer (media_id) ON DELETE CASCADE,
        op TEXT NOT NULL,
        -- JSON as text, or deflated JSON as blob where it is large.
        diff ANY NOT NULL,
        label TEXT NOT NULL,
        revision INTEGER NOT NULL,
        at_ms REAL NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('human', 'machine')),
        state TEXT NOT NULL CHECK (state IN ('done', 'undone', 'dropped'))
      ) STRICT;
      CREATE INDEX journal_by_state ON journal (media_id, state, seq);

      CREATE TABLE job (
        id TEXT PRIMARY KEY,
        media_id TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        system_id TEXT NOT NULL,
        params TEXT NOT NULL,
        speakers TEXT,
        state TEXT NOT NULL,
        crashes INTEGER NOT NULL,
        progress TEXT,
        error TEXT,
        hypothesis_id TEXT,
        created_ms REAL NOT NULL,
        finished_ms REAL
      ) STRICT;
      CREATE INDEX job_by_media ON job (media_id);
    `);
  },
};
