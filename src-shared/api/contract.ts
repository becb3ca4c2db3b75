import { z } from 'zod';
import { documentChangeSchema, documentSchema, journalEntrySchema } from '../domain/document.ts';
import { editOpSchema } from '../domain/edit-op.ts';
import { hypothesisInfoSchema, hypothesisSegmentSchema } from '../domain/hypothesis.ts';
import { jobSchema } from '../domain/job.ts';
import { mediaChoiceSchema, mediaItemSchema } from '../domain/media.ts';
import { idSchema } from '../domain/records.ts';
import { fileQualitySchema, qualityMetricSchema } from '../quality/quality.ts';
import { appErrorSchema } from './error-schema.ts';
import { modelCheckSchema, modelPullSchema, modelSchema, pullOfferSchema } from './models.ts';

/**
 * The one contract between any face (window, browser, tests) and the host. Two transports carry it, Electron IPC and
 * WebSocket; neither holds logic. Bulk arrays never pass here: they travel as binary over the media route by id.
 */
const method = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output });
const none = z.object({});
const done = z.object({});

const noticeSchema = z.object({
  level: z.enum(['info', 'warning', 'error']),
  text: z.string(),
  error: appErrorSchema.optional(),
});

const appInfoSchema = z.object({
  version: z.string(),
  face: z.enum(['desktop', 'served']),
  platform: z.string(),
  cores: z.number().int(),
  ffmpeg: z
    .object({ path: z.string(), version: z.string(), source: z.enum(['setting', 'env', 'path', 'package', 'bundled']) })
    .nullable(),
  /** Provider each net runs on and why: `cpu (no GPU adapter)`. */
  provider: z.string(),
  offline: z.boolean(),
  /** Things a person should know at start, e.g. that Electron's binary could not be had. */
  notices: z.array(noticeSchema),
});

const projectSchema = z.object({
  id: idSchema,
  name: z.string(),
  path: z.string(),
  readOnly: z.boolean(),
  /** Why it is read-only, in words; null when it is not. */
  readOnlyReason: z.string().nullable(),
  /** The bundled sample, opened because nothing else was asked for. */
  isSample: z.boolean(),
});

const systemSchema = z.object({
  id: z.string(),
  label: z.string(),
  version: z.string(),
  description: z.string(),
  needsVideo: z.boolean(),
  /** Missing model ids; empty = ready to run. */
  missingModels: z.array(z.string()),
  /** It runs without them, and better with them. */
  missingOptionalModels: z.array(z.string()),
  params: z.array(
    z.object({
      /** `stage.param` */
      key: z.string(),
      label: z.string(),
      default: z.unknown(),
      unit: z.string().nullable(),
      min: z.number().nullable(),
      max: z.number().nullable(),
    }),
  ),
});

const directoryEntrySchema = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['directory', 'media', 'project', 'labels', 'model']),
  sizeBytes: z.number().nullable(),
});

const settingsSchema = z.object({
  theme: z.enum(['system', 'dark', 'light']),
  playOnSelect: z.boolean(),
  follow: z.enum(['page', 'centre', 'off']),
  ffmpegPath: z.string().nullable(),
  cacheLimitBytes: z.number().int().min(0),
  /** Segments below this confidence count as doubtful, 0..1. */
  doubtLimit: z.number().min(0).max(1),
  /** Folder (with manifest.json) that models are taken from instead of the network; null = their authors' addresses. */
  modelMirror: z.string().min(1).nullable(),
  tourSeen: z.boolean(),
});

const modelIdsSchema = z.array(z.string().min(1)).min(1).max(200);

export const exportFormatSchema = z.enum(['rttm', 'via3', 'uem']);

/** What a curated subset takes. */
export const subsetChoiceSchema = z.object({
  mediaIds: z.array(idSchema).min(1),
  /** Speaker names per media id; absent = all. */
  speakerIds: z.record(z.string(), z.array(idSchema)).optional(),
  reviewedOnly: z.boolean(),
  minTurnSec: z.number().min(0),
  /** false = only speech of a single speaker. */
  withOverlap: z.boolean(),
  cuts: z.enum(['whole', 'turns']),
});
export type SubsetChoice = z.infer<typeof subsetChoiceSchema>;

const subsetCountsSchema = z.object({
  files: z.number().int(),
  speakers: z.number().int(),
  turns: z.number().int(),
  speechSec: z.number(),
});

/** Layout and position, remembered per project and file; opaque to the host. */
const viewStateSchema = z.record(z.string(), z.json());

/** An enrolled voice as a person sees it; what it sounds like stays in the host. */
const enrolledVoiceInfoSchema = z.object({
  name: z.string(),
  /** Speech it was made from. */
  speechSec: z.number(),
  /** Names of the files it was made from. */
  clips: z.array(z.string()),
  enrolledMs: z.number(),
  /** false = made with other nets than those of this version: it must be enrolled anew to be proposed. */
  comparable: z.boolean(),
});

const speakerProposalSchema = z.object({
  speakerId: idSchema,
  /** null = unknown: no enrolled voice is near enough, or two are nearly as near. */
  name: z.string().nullable(),
  /** The nearest enrolled voice, whether near enough or not. */
  nearest: z.string(),
  /** Cosine to it, −1 to 1. */
  likeness: z.number(),
  /** By how much the next enrolled voice is less like; null where there is one voice only. */
  margin: z.number().nullable(),
});

export const contract = {
  'app.info': method(none, appInfoSchema),
  'settings.get': method(none, settingsSchema),
  'settings.set': method(settingsSchema.partial(), settingsSchema),

  'project.get': method(none, projectSchema),
  /** Open or create a project file on the host's machine. */
  'project.open': method(z.object({ path: z.string().min(1), create: z.boolean() }), projectSchema),
  'project.getView': method(none, viewStateSchema),
  'project.setView': method(z.object({ patch: viewStateSchema }), done),

  /** Folders and files of the host's machine, for the open dialog of both faces. `path` null = home. */
  'files.browse': method(
    z.object({ path: z.string().nullable() }),
    z.object({ path: z.string(), parent: z.string().nullable(), entries: z.array(directoryEntrySchema) }),
  ),

  'media.list': method(none, z.array(mediaItemSchema)),
  /** All or nothing: a path that is no media refuses the whole call and names it. Queues a job per new file. */
  'media.add': method(
    z.object({ paths: z.array(z.string().min(1)).min(1), diarize: z.boolean() }),
    z.array(mediaItemSchema),
  ),
  'media.remove': method(z.object({ mediaId: idSchema }), done),
  'media.setChoice': method(z.object({ mediaId: idSchema, choice: mediaChoiceSchema }), mediaItemSchema),
  /** Find missing files by content hash below a folder. */
  'media.relink': method(
    z.object({ folder: z.string().min(1) }),
    z.object({ relinked: z.array(idSchema), stillMissing: z.array(idSchema) }),
  ),
  /** Media-route ids of the file's bulk data; null = not there (yet). */
  'media.sources': method(
    z.object({ mediaId: idSchema }),
    z.object({
      /** What <video>/<audio> plays: the file, or a review proxy where Chromium cannot play it. */
      playUrl: z.string().nullable(),
      playsProxy: z.boolean(),
      /** Why nothing can be played (yet): `making a review copy, 40 %`. */
      playNote: z.string().nullable(),
      peaksUrl: z.string().nullable(),
      frameTableUrl: z.string().nullable(),
      vadUrl: z.string().nullable(),
      /** 16 kHz mono int16 from the start of what is worked on, read in ranges: for playing backwards. */
      pcmUrl: z.string().nullable(),
      /**
       * What was found in the picture, by artifact name (evidence/face-schemas.ts); only what is there. `key` is how face
       * tracks name their boxes (domain/boxes-ref.ts).
       */
      evidence: z.record(z.string(), z.object({ url: z.string(), key: z.string() })),
    }),
  ),

  /** How good sound and picture are, of the file and of each segment; null = not measured yet. */
  'quality.get': method(
    z.object({ mediaId: idSchema }),
    z
      .object({
        file: fileQualitySchema.shape.values,
        segments: z.array(
          z.object({ segmentId: idSchema, values: z.partialRecord(qualityMetricSchema, z.number().nullable()) }),
        ),
      })
      .nullable(),
  ),

  'document.get': method(z.object({ mediaId: idSchema }), documentSchema),
  'edit.apply': method(
    z.object({ mediaId: idSchema, baseRevision: z.number().int(), op: editOpSchema }),
    documentChangeSchema,
  ),
  /** `not-found` when there is nothing to undo. */
  'edit.undo': method(z.object({ mediaId: idSchema, baseRevision: z.number().int() }), documentChangeSchema),
  'edit.redo': method(z.object({ mediaId: idSchema, baseRevision: z.number().int() }), documentChangeSchema),
  'edit.history': method(
    z.object({ mediaId: idSchema, limit: z.number().int().min(1).max(1000) }),
    z.array(journalEntrySchema),
  ),

  'hypothesis.list': method(z.object({ mediaId: idSchema }), z.array(hypothesisInfoSchema)),
  'hypothesis.segments': method(z.object({ hypothesisId: idSchema }), z.array(hypothesisSegmentSchema)),
  /** RTTM (more formats to come) as a further lane; all or nothing. */
  'hypothesis.import': method(
    z.object({ mediaId: idSchema, fileName: z.string().max(255), text: z.string() }),
    hypothesisInfoSchema,
  ),
  'hypothesis.remove': method(z.object({ hypothesisId: idSchema }), done),

  'systems.list': method(none, z.array(systemSchema)),
  'models.list': method(none, z.array(modelSchema)),
  /** What getting these models means; fetches nothing. */
  'models.offer': method(z.object({ ids: modelIdsSchema }), pullOfferSchema),
  /** Queues them: the person has seen the offer and agrees. Goes on where an earlier try stopped; told by `model.pull`. */
  'models.pull': method(z.object({ ids: modelIdsSchema, agreed: z.literal(true) }), z.array(modelPullSchema)),
  /** What was fetched stays for the next try. Unknown ones are done already: no error. */
  'models.cancelPull': method(z.object({ id: z.string().min(1) }), done),
  /** Reads the files and compares their SHA-256; null = all that are there. */
  'models.verify': method(z.object({ ids: modelIdsSchema.nullable(), taskId: idSchema }), z.array(modelCheckSchema)),
  /** Deletes a pulled or added file; `conflict` while it is fetched. */
  'models.remove': method(z.object({ id: z.string().min(1) }), z.object({ file: z.string().nullable() })),
  /** Copies an ONNX file of the host's machine into the slot of a model. */
  'models.add': method(z.object({ id: z.string().min(1), file: z.string().min(1) }), done),

  'voices.list': method(none, z.array(enrolledVoiceInfoSchema)),
  /**
   * Gives a voice a name: that of files in which only one person speaks, or of a speaker's turns in a file of the project.
   * `conflict` for a name that is there unless `replace`; `bad-input` for too little speech.
   */
  'voices.enrol': method(
    z.object({
      name: z.string().trim().min(1).max(200),
      source: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('files'), paths: z.array(z.string().min(1)).min(1).max(100) }),
        z.object({ kind: z.literal('speaker'), mediaId: idSchema, speakerId: idSchema }),
      ]),
      replace: z.boolean(),
      /** Names this work in `task.progress` and `tasks.cancel`. */
      taskId: idSchema,
    }),
    enrolledVoiceInfoSchema,
  ),
  'voices.rename': method(z.object({ from: z.string().min(1), to: z.string().trim().min(1).max(200) }), done),
  'voices.remove': method(z.object({ name: z.string().min(1) }), done),
  /** Enrolled names for the speakers of a file as its labels are now; none where nobody is enrolled. */
  'voices.proposals': method(z.object({ mediaId: idSchema }), z.array(speakerProposalSchema)),

  'jobs.list': method(none, z.array(jobSchema)),
  'jobs.start': method(
    z.object({
      mediaId: idSchema,
      systemId: z.string().nullable(),
      speakers: z.object({ min: z.number().int().min(1).max(100), max: z.number().int().min(1).max(100) }).nullable(),
      params: z.record(z.string(), z.unknown()),
    }),
    jobSchema,
  ),
  'jobs.cancel': method(z.object({ jobId: idSchema }), jobSchema),
  /** Failed, cancelled or quarantined → queued again. */
  'jobs.retry': method(z.object({ jobId: idSchema }), jobSchema),

  /** One file's labels as text, for a download or the clipboard. */
  'export.text': method(
    z.object({ mediaId: idSchema, format: exportFormatSchema }),
    z.object({ fileName: z.string(), text: z.string(), warnings: z.array(z.string()) }),
  ),
  /** Label files of several media into a folder of the host's machine. Refuses to overwrite unless `overwrite`. */
  'export.files': method(
    z.object({
      mediaIds: z.array(idSchema).min(1),
      formats: z.array(exportFormatSchema).min(1),
      folder: z.string().min(1),
      overwrite: z.boolean(),
    }),
    z.object({ written: z.array(z.string()), warnings: z.array(z.string()) }),
  ),
  /**
   * Where files of these media would go: into the folder that was used last, beside the media, or where the person keeps
   * documents. `newFolder` lies in it and does not exist.
   */
  'export.defaultFolder': method(
    z.object({ mediaIds: z.array(idSchema), last: z.string().nullable() }),
    z.object({ folder: z.string(), newFolder: z.string() }),
  ),
  'export.subsetPreview': method(subsetChoiceSchema, subsetCountsSchema),
  /** Atomic: the folder appears complete and verified, or not at all. */
  'export.subset': method(
    z.object({
      choice: subsetChoiceSchema,
      folder: z.string().min(1),
      /** Chosen by the caller: names this work in `task.progress` and `tasks.cancel`. */
      taskId: idSchema,
    }),
    z.object({ folder: z.string(), counts: subsetCountsSchema, warnings: z.array(z.string()) }),
  ),
  /** Work that runs inside a call; the call then ends with `cancelled`. Unknown ids are done already: no error. */
  'tasks.cancel': method(z.object({ taskId: idSchema }), done),
} as const;

export type Contract = typeof contract;
export type ApiMethod = keyof Contract;
/** What a caller passes. */
export type ApiInput<M extends ApiMethod> = z.input<Contract[M]['input']>;
/** What a handler receives. */
export type ApiParsedInput<M extends ApiMethod> = z.output<Contract[M]['input']>;
export type ApiOutput<M extends ApiMethod> = z.output<Contract[M]['output']>;

export const apiMethods = Object.keys(contract) as ApiMethod[];

/** Pushed by the host to every connected face. */
export const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('project.changed') }),
  z.object({ type: z.literal('media.changed'), mediaId: idSchema.nullable() }),
  z.object({ type: z.literal('document.changed'), change: documentChangeSchema }),
  z.object({ type: z.literal('hypotheses.changed'), mediaId: idSchema }),
  z.object({ type: z.literal('job.changed'), job: jobSchema }),
  /** Somebody was enrolled, renamed or forgotten. */
  z.object({ type: z.literal('voices.changed') }),
  /** How far the getting of a model is. */
  z.object({ type: z.literal('model.pull'), pull: modelPullSchema }),
  /** A model was got, added or removed. */
  z.object({ type: z.literal('models.changed') }),
  z.object({ type: z.literal('task.progress'), taskId: idSchema, share: z.number().min(0).max(1) }),
  noticeSchema.extend({ type: z.literal('notice') }),
]);
export type ApiEvent = z.infer<typeof eventSchema>;

export type ApiResult<M extends ApiMethod> =
  { ok: true; value: ApiOutput<M> } | { ok: false; error: z.infer<typeof appErrorSchema> };

/** What a face holds: the same object over either transport. */
export interface ApiClient {
  /** Resolves with the value; rejects with an AppError. */
  call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>>;
  /** Returns the unsubscribe function. */
  on(listener: (event: ApiEvent) => void): () => void;
  /** `true` while the host can be reached. */
  onConnection(listener: (connected: boolean) => void): () => void;
}

export type AppInfo = z.infer<typeof appInfoSchema>;
export type Project = z.infer<typeof projectSchema>;
export type SystemInfo = z.infer<typeof systemSchema>;
export type EnrolledVoiceInfo = z.infer<typeof enrolledVoiceInfoSchema>;
export type SpeakerProposal = z.infer<typeof speakerProposalSchema>;
export type Settings = z.infer<typeof settingsSchema>;
export type DirectoryEntry = z.infer<typeof directoryEntrySchema>;
export type ExportFormat = z.infer<typeof exportFormatSchema>;
export type MediaSources = ApiOutput<'media.sources'>;
export type { ModelCheck, ModelInfo, ModelPull, PullOffer } from './models.ts';
export { settingsSchema };
