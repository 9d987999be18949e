/**
 * A name like `deviceManagement/managedDevices`, which may go on in the next line where a word of it begins.
 */
import { Fragment } from 'react';

export function Identifier({ name }: { name: string }) {
  return name.split(/(?=[A-Z])|(?<=[._/])/).map((word, index) => (
    // The same word may come twice; their order never changes.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={index}>
      {index > 0 ? <wbr /> : null}
      {word}
    </Fragment>
  ));
}
