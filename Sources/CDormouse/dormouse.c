#include "dormouse.h"
