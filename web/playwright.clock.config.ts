/** The tests that move a demo's clock: they need a server of their own, which nothing else looks at. */
import base from './playwright.config';

export default { ...base, testMatch: '*.clock.ts' };
