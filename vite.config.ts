import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The renderer: one bundle for both faces, at the root of `diarist://app/` and of the served host. The host puts a fresh
 * nonce in place of `__CSP_NONCE__` in every page it hands out; styles that libraries insert carry it.
 */
export default defineConfig({
  root: 'src-renderer',
  base: '/',
  plugins: [react()],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    sourcemap: true,
    // The content security policy allows files of our own only: nothing inline, no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
});
