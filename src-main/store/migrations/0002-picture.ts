import type { Migration } from './migration.ts';

/** What a system saw beside what it heard, and how a person corrected sound against picture. */
export const pictureSchema: Migration = {
  id: 2,
  name: 'picture',
  up(db) {
    db.exec(`
      -- Face tracks and cuts of the answer: JSON as text, or deflated JSON as blob where it is large; null = only heard.
      ALTER TABLE hypothesis ADD COLUMN picture ANY;

      -- At most one a file: the sound comes so much later than the picture.
      CREATE TABLE av_offset (
        media_id TEXT NOT NULL UNIQUE REFERENCES layer (media_id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        offset_sec REAL NOT NULL CHECK (offset_sec BETWEEN -5 AND 5),
        origin TEXT NOT NULL CHECK (origin IN ('machine', 'human', 'import')),
        PRIMARY KEY (media_id, id)
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
