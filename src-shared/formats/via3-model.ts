/** Enumerations of VIA 3 (via-3.x.y/src/js: _via_file.js, _via_attribute.js, _via_const.js). */
export const via3FileType = { image: 2, video: 4, audio: 8 } as const;
export const via3FileLocation = { local: 1, http: 2, path: 3, inline: 4 } as const;
export const via3AttributeType = { text: 1, checkbox: 2, radio: 3, select: 4, image: 5 } as const;
export const via3Shape = { point: 1, rectangle: 2, circle: 3, ellipse: 4, line: 5, polyline: 6, polygon: 7 } as const;

/** What an attribute describes: Z = number of time marks, XY = number of regions. */
export const via3Anchor = { temporalSegment: 'FILE1_Z2_XY0', frameRegion: 'FILE1_Z1_XY1' } as const;

export const via3FormatVersion = '3.1.1';

/** Heights the timeline can have, in rows. */
export const via3RowCounts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16] as const;
