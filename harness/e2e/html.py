"""The page in a real browser: it opens from disk, asks no network for anything, filters, is worked by keys and is legible."""

import sys

from browser import Browser

# Contrast of text by WCAG 2: 4.5 for text of this size, 3 for large text. What is not shown is not looked at.
CONTRAST = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) known.set(colour, painted(colour));
    return known.get(colour);
  };
  const painted = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = rgba(getComputedStyle(element).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const seen = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility() || element.closest(".hidden, script")) continue;
    const style = getComputedStyle(element);
    const [front, back] = [light(rgba(style.color)), light(behind(element))];
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    const size = parseFloat(style.fontSize);
    const wanted = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < wanted) seen.set(element.className + " " + element.tagName, ratio.toFixed(2) + " " + node.data.trim().slice(0, 30));
  }
  return [...seen];
})()"""
SHOWN = "[...document.querySelectorAll('.case')].filter((each) => !each.closest('[hidden]')).length"
FOCUS = "(document.activeElement.closest('[data-case]') ?? document.activeElement.closest('details') ?? document.activeElement).id"


def expect(what, holds, told=""):
    if not holds:
        sys.exit(f"{what}: {told}")
    print(f"ok  {what}")


def look_at(browser, folder):
    url = f"file://{folder}/three.html"
    browser.open(url)
    every = browser.value(SHOWN)
    expect("every case is on the page", every == browser.value("JSON.parse(document.getElementById('index').textContent).cases.length") and every > 400, every)

    browser.press("/")
    expect("/ goes to the filter", browser.value("document.activeElement.id") == "filter")
    for letter in "one-over":
        browser.press(letter)
    some = browser.value(SHOWN)
    expect("the filter hides what does not match", 0 < some < every, some)
    expect("the count is told", f"{some} of {every}" in browser.value("document.getElementById('count').textContent"))
    browser.press("Escape")
    browser.press("j")
    first = browser.value(FOCUS)
    browser.press("j")
    second = browser.value(FOCUS)
    expect("j goes to the next row", first and second and first != second, (first, second))
    browser.press("ArrowUp")
    expect("an arrow goes back", browser.value(FOCUS) == first, browser.value(FOCUS))
    browser.press("Enter")
    expect("Enter unfolds", browser.value("document.activeElement.parentElement.open"))
    browser.value("document.getElementById('reset').click()")
    expect("reset shows all", browser.value(SHOWN) == every)
    browser.press("f")
    findings = browser.value(SHOWN)
    expect("f shows the findings only", 0 < findings < every, findings)
    browser.press("f")
    browser.value("document.getElementById('differing').click()")
    differing = browser.value(SHOWN)
    expect("the cases in which targets differ can be shown", 0 < differing < every, differing)
    browser.value("document.getElementById('reset').click()")
    browser.value("document.querySelector('input[name=level][value=must]').click()")
    expect("a level can be left out", 0 < browser.value(SHOWN) < every)
    browser.value("document.getElementById('reset').click()")

    browser.open(f"file://{folder}/one.html#job-id/length-max/one-over")
    expect("a link to a case unfolds it", browser.value("document.getElementById('job-id/length-max/one-over').checkVisibility()"))
    marks = browser.value("document.querySelectorAll('[id=\"job-id/length-max/one-over\"] .differs ins').length")
    expect("the difference stands in the answer", marks >= 1, marks)
    labels = browser.value("[...document.querySelectorAll('button, input')].filter((each) => !each.textContent.trim() && !each.labels?.length).length")
    expect("every control has a name", labels == 0, labels)

    for scheme in ("light", "dark"):
        for page, width in (("three", 1280), ("three", 390), ("one", 1600)):
            browser.open(f"file://{folder}/{page}.html", width=width, height=1400, scheme=scheme)
            browser.screenshot(f"{folder}/{page}-{width}-{scheme}.png")
            wide = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            expect(f"{page} fits {width} pixels ({scheme})", wide <= 0, wide)
        browser.value("document.getElementById('unfold').click()")
        faint = browser.value(CONTRAST)
        expect(f"all text is legible ({scheme})", not faint, faint)
    browser.open(f"file://{folder}/one.html", scheme="light")
    browser.press("t")
    browser.press("t")
    expect("t changes the theme", browser.value("getComputedStyle(document.documentElement).colorScheme") == "dark")
    browser.press("t")
    paper = browser.pdf()
    expect("it prints", paper.startswith(b"%PDF") and len(paper) > 50_000, len(paper))

    browser.open(f"file://{folder}/hostile.html")
    title = browser.value("document.title")
    expect("nothing that an endpoint says runs", "owned" not in title.split("document")[0] and browser.value("document.querySelectorAll('img, script').length") == 2, title)


def main():
    folder = sys.argv[1]
    browser = Browser()
    try:
        look_at(browser, folder)
        elsewhere = [url for url in browser.requests if not url.startswith("file://")]
        expect("no request to any network", not elsewhere, elsewhere)
        expect("nothing but the pages is asked for", all(url.split("#")[0].endswith(".html") for url in browser.requests), browser.requests)
        expect("the console is silent", not browser.complaints, browser.complaints)
    finally:
        browser.close()


main()
