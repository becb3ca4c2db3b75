export const app = {
  name: 'Diarist',
  close: 'Close',
  cancel: 'Cancel',
  details: 'Details',
  copy: 'Copy',
  dismiss: 'Dismiss',
  views: 'Views',
  noFile: 'no file',
  saved: 'Saved',
  saving: 'Saving …',
  notSaved: 'Not saved',
  readOnly: 'Read-only',
  readOnlyBanner: 'Read-only: {{reason}}',
  lost: 'The connection to Diarist was lost. It is tried again by itself; nothing that was saved is lost. If Diarist was ended, start it again and open the address it prints.',
  connecting: 'Starting …',
  bootFailed: 'Diarist could not start.',
  undo: 'Undo',
  nothingSelected: 'Nothing selected',
  manySelected: '{{count}} segments · {{length}}',
  playhead: 'Playhead',
  provider: 'Where models run: {{provider}}',
  doubts_zero: 'No doubts left',
  doubts_one: '{{count}} doubt',
  doubts_other: '{{count}} doubts',
  undecoded: '{{share}} of the sound of this file could not be decoded; labels are missing there.',
  missing: 'The file is no longer at its place.',
  findIt: 'Find it …',
  sample: 'Sample',
  resize: 'Resize',
  dropBrowser:
    'A browser does not tell where a dropped file lies. Add it by its path instead: Add files, or start with “npm start -- /path/to/video.mp4”.',
};

export const palette = {
  placeholder: 'What do you want to do?',
  nothing: 'No such command.',
  files: 'Open',
  assignTo: 'Assign to {{name}}',
  overlapWith: '{{name}} speaks as well (overlap)',
};

export const keys = {
  title: 'Keys',
  filter: 'Filter',
  note: 'Keys go by their place on the keyboard. They rest while you type or a dialog is open.',
  assign: 'Assign to speaker 1 … 10',
  overlap: 'Speaker 1 … 10 speaks as well (overlap)',
};
