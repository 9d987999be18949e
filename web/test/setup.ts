/**
 * What happy-dom lacks, and a clean page between tests.
 */
import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// A busy machine may take seconds to draw a dialog; waiting longer costs nothing when all is well.
// Without real focus Fluent may take an open dialog for one in the background and hide it from screen readers; what
// they get is tried in a real browser.
configure({ asyncUtilTimeout: 15_000, defaultHidden: true });

afterEach(() => {
  cleanup();
  localStorage.clear();
});

// happy-dom animates without ever finishing; Fluent takes a missing `animate` as "no motion here".
Reflect.deleteProperty(Element.prototype, 'animate');
