/** Hand a text to the person as a file, through the browser's own download. */
export function downloadText(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // Not at once: the download may not have begun yet.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
