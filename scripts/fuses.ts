import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';

/** What every packaged binary must say (PERF.md S6). Asar integrity exists on macOS and Windows only. */
const wanted: readonly [keyof typeof FuseV1Options, boolean][] = [
  ['RunAsNode', false],
  ['EnableCookieEncryption', true],
  ['EnableNodeOptionsEnvironmentVariable', false],
  ['EnableNodeCliInspectArguments', false],
  ['EnableEmbeddedAsarIntegrityValidation', true],
  ['OnlyLoadAppFromAsar', true],
  ['GrantFileProtocolExtraPrivileges', false],
];

/** Fuses of a packaged Electron binary that are not as wanted; empty = all are. */
export async function wrongFuses(binary: string): Promise<string[]> {
  const wire = await getCurrentFuseWire(binary);
  return wanted
    .filter(([name, on]) => wire[FuseV1Options[name]] !== (on ? FuseState.ENABLE : FuseState.DISABLE))
    .map(([name, on]) => `${name} is not ${on ? 'on' : 'off'}`);
}
