import type { MenuItemConstructorOptions } from 'electron';

/**
 * What the system's own menu must hold and nothing more: the commands of the app live in the page, which has a palette
 * and a key sheet. No undo/redo roles: they would act on text fields where the person means the labels.
 */
export function menuTemplate(platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  const edit: MenuItemConstructorOptions = {
    label: 'Edit',
    submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
  };
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [{ role: 'togglefullscreen' }, { type: 'separator' }, { role: 'toggleDevTools' }],
  };
  const file: MenuItemConstructorOptions = {
    label: 'File',
    submenu: [platform === 'darwin' ? { role: 'close' } : { role: 'quit' }],
  };
  return platform === 'darwin' ? [{ role: 'appMenu' }, file, edit, view, { role: 'windowMenu' }] : [file, edit, view];
}
