#include "dormouse_isa.h"
