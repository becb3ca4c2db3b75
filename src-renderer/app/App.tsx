import type { ReactElement } from 'react';
import { useAppStore } from '../state/app-store.ts';
import styles from './App.module.css';

/** The window: title bar, banners, the view that was chosen, status line. */
export function App(): ReactElement {
  const view = useAppStore((state) => state.view);
  return (
    <div className={styles.window}>
      <header />
      <div />
      <main className={styles.view} data-view={view} />
      <footer />
    </div>
  );
}
