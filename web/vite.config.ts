/**
 * Builds the browser interface into `dist/`: one `index.html` and hashed files under `assets/`.
 * The server replaces `__CSP_NONCE__` in `index.html` on every response.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { shell } from './shell/plugin.ts';

const origin = process.env['QD_ORIGIN'] ?? 'https://127.0.0.1:8443';
const proxied = ['/api', '/graph', '/warehouse'];

export default defineConfig(({ command }) => ({
  plugins: [react(), shell()],
  // `vite dev` serves index.html itself, where nobody replaces the placeholder.
  html: command === 'build' ? { cspNonce: '__CSP_NONCE__' } : {},
  build: { target: 'es2023', sourcemap: false, modulePreload: { polyfill: false } },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: origin, secure: false }])),
  },
  test: {
    testTimeout: 60_000,
    environment: 'happy-dom',
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/setup.ts'],
  },
}));
