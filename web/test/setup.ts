/**
 * What happy-dom lacks, and a clean page between tests.
 */
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

afterEach(() => {
  cleanup();
  localStorage.clear();
});

// happy-dom animates without ever finishing; Fluent takes a missing `animate` as "no motion here".
Reflect.deleteProperty(Element.prototype, 'animate');
