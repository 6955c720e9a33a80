/* What a script can see that is wrong with a page; [] for a sound one. The same in WebKit and Chromium. */
var faults = [], root = document.documentElement;

function all(selector) { return [].slice.call(document.querySelectorAll(selector)); }

function named(element) {
  return element.tagName.toLowerCase() + (element.id ? '#' + element.id : '') +
    ' "' + element.textContent.trim().slice(0, 25) + '"';
}

function seen(element) {
  var box = element.getBoundingClientRect(), style = getComputedStyle(element);
  return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && style.display !== 'none';
}

function checkDocument() {
  if (!root.lang) faults.push('no lang');
  if (!root.dir) faults.push('no dir');
  if (!document.title) faults.push('no title');
  if (all('h1').length !== 1) faults.push('h1 count ' + all('h1').length);
  if (root.scrollWidth > root.clientWidth) faults.push('scrolls sideways: ' + root.scrollWidth + ' > ' + root.clientWidth);
  ['onclick', 'onload', 'onsubmit', 'style'].forEach(function (name) {
    all('[' + name + ']').forEach(function (element) { faults.push(name + ' attribute: ' + named(element)); });
  });
  all('form[method=post]').forEach(function (form) {
    if (!form.elements.csrfmiddlewaretoken) faults.push('no CSRF token: ' + form.getAttribute('action'));
  });
}

function checkControl(element) {
  // The label of a choice covers its whole card.
  var target = element.type === 'radio' ? element.parentNode : element;
  var box = target.getBoundingClientRect();
  var inText = element.tagName === 'A' && getComputedStyle(element).display === 'inline';
  if (!inText && (box.width < 44 || box.height < 44)) {
    faults.push('small target ' + Math.round(box.width) + 'x' + Math.round(box.height) + ': ' + named(element));
  }
  if (box.left < -1 || box.right > root.clientWidth + 1) faults.push('outside the page: ' + named(element));
}

function checkField(element) {
  if (parseFloat(getComputedStyle(element).fontSize) < 16) faults.push('iOS would zoom in: ' + named(element));
  if (!element.autocomplete) faults.push('no autocomplete: ' + named(element));
}

/* In a flexible box a name in a sentence becomes a column of its own. */
function checkSentence(element) {
  if (!/flex|grid/.test(getComputedStyle(element).display)) return;
  var words = [].some.call(element.childNodes, function (node) { return node.nodeType === 3 && node.data.trim(); });
  if (words && element.querySelector('bdi')) faults.push('a sentence in columns: ' + named(element));
}

function checkText(element) {
  var style = getComputedStyle(element), clips = /hidden|clip/.test(style.overflowX);
  if (!element.textContent.trim()) return;
  if (clips && element.scrollWidth > element.clientWidth + 1) faults.push('clipped: ' + named(element));
  if (!element.children.length && parseFloat(style.fontSize) < 12) faults.push('tiny: ' + named(element));
}

checkDocument();
all('a, button, input, select, textarea, summary').filter(seen).forEach(checkControl);
all('input:not([type=radio]), select, textarea').filter(seen).forEach(checkField);
all('body *').filter(seen).forEach(checkText);
all('body *').filter(seen).forEach(checkSentence);
return faults;
