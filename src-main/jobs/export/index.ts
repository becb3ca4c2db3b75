export type { ExportStore } from './export-store.ts';
export { exportFiles, exportText, type ExportedText, type FilesRequest } from './label-files.ts';
export { exportSubset, type ExportedSubset, type SubsetOptions } from './subset.ts';
export { subsetPreview } from './subset-plan.ts';
export { verifySubset } from './subset-verify.ts';
export type { SubsetManifest } from './subset-manifest.ts';
