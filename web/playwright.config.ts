/**
 * Browser tests. With QD_ORIGIN (and QD_ADMIN_USER, QD_ADMIN_PASSWORD) they run against that server;
 * without, against the mock in `dev/`. Chromium is the system's: CHROMIUM names another one.
 */
import { execFileSync } from 'node:child_process';
import { defineConfig, devices } from '@playwright/test';

const FIND_PORT =
  "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})";

// The configuration is read again in every worker: the first reading leaves the address in the environment.
const mock = process.env['QD_MOCK_PORT'] ?? (process.env['QD_ORIGIN'] ? undefined : freePort());

function freePort(): string {
  return execFileSync(process.execPath, ['-e', FIND_PORT], { encoding: 'utf8' }).trim();
}

if (mock) {
  process.env['QD_MOCK_PORT'] = mock;
  process.env['QD_ORIGIN'] = `http://127.0.0.1:${mock}`;
  process.env['QD_ADMIN_USER'] = 'admin@contoso.example';
  process.env['QD_ADMIN_PASSWORD'] = 'mock';
}

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'e2e-output/results',
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    baseURL: process.env['QD_ORIGIN'] ?? '',
    // The server's certificate comes from its own local authority.
    ignoreHTTPSErrors: true,
    locale: 'en-US',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
  ...(mock
    ? {
        webServer: {
          command: 'node dev/mock-server.mjs',
          env: { PORT: mock },
          url: `http://127.0.0.1:${mock}/sign-in`,
          reuseExistingServer: false,
        },
      }
    : {}),
});
