/** The app's own scheme: pages never come from file:// or the network. */
export const appScheme = 'diarist';
export const appOrigin = `${appScheme}://app`;
export const appUrl = `${appOrigin}/`;

/** true for an address of the app itself. */
export function isAppUrl(address: string): boolean {
  try {
    const url = new URL(address);
    // `origin` is "null" for schemes Node does not know.
    return url.protocol === `${appScheme}:` && url.host === 'app' && url.username === '' && url.password === '';
  } catch {
    return false;
  }
}

/** Places the app links to; everything else stays closed. */
const externalHosts: readonly string[] = [
  'github.com',
  'huggingface.co',
  'www.robots.ox.ac.uk',
  'ffmpeg.org',
  'www.electronjs.org',
];

/** true when the person's browser may be asked to open the address. */
export function mayOpenOutside(address: string): boolean {
  try {
    const url = new URL(address);
    const plain = url.username === '' && url.password === '' && url.port === '';
    return url.protocol === 'https:' && plain && externalHosts.includes(url.hostname);
  } catch {
    return false;
  }
}
