import { paletteChanged } from './palette.ts';

export type ThemeSetting = 'system' | 'dark' | 'light';

const query = (text: string): MediaQueryList | null =>
  typeof window.matchMedia === 'function' ? window.matchMedia(text) : null;

let setting: ThemeSetting = 'system';

function apply(): void {
  const light = setting === 'light' || (setting === 'system' && query('(prefers-color-scheme: light)')?.matches);
  document.documentElement.dataset['theme'] = light ? 'light' : 'dark';
  paletteChanged();
}

/** Show this theme now. */
export function setTheme(next: ThemeSetting): void {
  setting = next;
  apply();
}

/** Follow the system's theme and contrast while the setting says so. Returns the function that stops it. */
export function followSystemTheme(): () => void {
  const queries = ['(prefers-color-scheme: light)', '(forced-colors: active)', '(prefers-contrast: more)']
    .map(query)
    .filter((one) => one !== null);
  for (const one of queries) one.addEventListener('change', apply);
  apply();
  return () => {
    for (const one of queries) one.removeEventListener('change', apply);
  };
}
